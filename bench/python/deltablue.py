"""DeltaBlue, n rounds: an incremental solver for hierarchies of one-way
constraints. Variables are kept consistent as constraints of various
strengths come and go: classes, many small methods, lists that change."""

import sys

# Strengths are numbers; the smaller one wins.
REQUIRED = 0
PREFERRED = 2
WEAK = 4
WEAKEST = 6


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.strength = WEAKEST
        self.stay = True


class Constraint:
    """Subclasses supply choose(mark), which gives a variable to compute or
    None, and execute()."""

    def __init__(self, variables, strength):
        self.variables = variables
        self.strength = strength
        self.output = None  # the variable this constraint computes, if satisfied

    def is_input(self):
        return False

    def is_satisfied(self):
        return self.output is not None

    def inputs_known(self, mark):
        for v in self.variables:
            if v is not self.output and v.mark != mark and not v.stay and v.determined_by is not None:
                return False
        return True

    def attach(self, planner):
        for v in self.variables:
            v.constraints.append(self)
        planner.incremental_add(self)

    def detach(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.unlink()

    def unlink(self):
        for v in self.variables:
            v.constraints.remove(self)

    def satisfy(self, planner, mark):
        """Satisfies this constraint if it can; returns the constraint it displaced."""
        target = self.choose(mark)
        if target is None:
            if self.strength == REQUIRED:
                raise ValueError("a required constraint cannot be met")
            return None
        self.output = target
        for v in self.variables:
            if v is not target:
                v.mark = mark
        displaced = target.determined_by
        if displaced is not None:
            displaced.output = None
        target.determined_by = self
        if not planner.propagate_from(self, mark):
            raise ValueError("a cycle of constraints")
        target.mark = mark
        return displaced

    def recalculate(self):
        """Recomputes what is known about the output: its strength and whether
        its value is fixed while a plan runs."""
        out = self.output
        strength = self.strength
        stay = not self.is_input()
        for v in self.variables:
            if v is not out:
                if v.strength > strength:
                    strength = v.strength
                stay = stay and v.stay
        out.strength = strength
        out.stay = stay
        if stay:
            self.execute()


class Unary(Constraint):
    def __init__(self, planner, variable, strength):
        super().__init__([variable], strength)
        self.attach(planner)

    def choose(self, mark):
        v = self.variables[0]
        if v.mark != mark and self.strength < v.strength:
            return v
        return None

    def execute(self):
        pass


class Stay(Unary):
    pass


class Edit(Unary):
    def is_input(self):
        return True


class Binary(Constraint):
    """A relation between two variables, which can compute either: the one
    held most weakly."""

    def choose(self, mark):
        a, b = self.variables[0], self.variables[1]
        can_a = a.mark != mark and self.strength < a.strength
        can_b = b.mark != mark and self.strength < b.strength
        if can_a and can_b:
            return a if a.strength > b.strength else b
        if can_a:
            return a
        if can_b:
            return b
        return None


class Equal(Binary):
    def __init__(self, planner, a, b, strength):
        super().__init__([a, b], strength)
        self.a = a
        self.b = b
        self.attach(planner)

    def execute(self):
        if self.output is self.a:
            self.a.value = self.b.value
        else:
            self.b.value = self.a.value


class Scale(Binary):
    """target == source * scale + offset; scale and offset are only ever inputs."""

    def __init__(self, planner, source, scale, offset, target, strength):
        super().__init__([source, target, scale, offset], strength)
        self.source = source
        self.scale = scale
        self.offset = offset
        self.target = target
        self.attach(planner)

    def execute(self):
        if self.output is self.target:
            self.target.value = self.source.value * self.scale.value + self.offset.value
        else:
            self.source.value = (self.target.value - self.offset.value) / self.scale.value


class Planner:
    def __init__(self):
        self.mark = 0

    def new_mark(self):
        self.mark += 1
        return self.mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        following = constraint
        while following is not None:
            following = following.satisfy(self, mark)

    def incremental_remove(self, constraint):
        """After a removal the weaker constraints downstream get their chance."""
        out = constraint.output
        constraint.output = None
        constraint.unlink()
        out.determined_by = None
        out.strength = WEAKEST
        out.stay = True
        unsatisfied = []
        todo = [out]
        while len(todo) > 0:
            v = todo.pop()
            for c in v.constraints:
                if not c.is_satisfied():
                    unsatisfied.append(c)
                elif c is not v.determined_by:
                    c.recalculate()
                    todo.append(c.output)
        for strength in range(REQUIRED, WEAKEST):
            for c in unsatisfied:
                if c.strength == strength:
                    self.incremental_add(c)

    def propagate_from(self, constraint, mark):
        """Recomputes everything downstream; False if that leads back to an input."""
        constraint.recalculate()
        todo = [constraint.output]
        while len(todo) > 0:
            v = todo.pop()
            for c in v.constraints:
                if c.is_satisfied() and c is not v.determined_by:
                    if c.output.mark == mark:
                        return False
                    c.recalculate()
                    todo.append(c.output)
        return True

    def plan(self, source):
        """An ordered list of constraints to run when the inputs change."""
        mark = self.new_mark()
        result = []
        todo = []
        if source.is_input() and source.is_satisfied():
            todo.append(source)
        while len(todo) > 0:
            c = todo.pop()
            if c.output.mark != mark and c.inputs_known(mark):
                result.append(c)
                c.output.mark = mark
                for d in c.output.constraints:
                    if d is not c and d.is_satisfied():
                        todo.append(d)
        return result

    def change(self, variable, values):
        """Sets a variable to several values in turn, the last of them for good."""
        edit = Edit(self, variable, PREFERRED)
        steps = self.plan(edit)
        for value in values:
            variable.value = value
            for c in steps:
                c.execute()
        edit.detach(self)
        return len(steps)


def chain(n, values):
    """A chain of equalities: pulling one end moves all of it."""
    planner = Planner()
    variables = [Variable(0) for _ in range(n + 1)]
    for i in range(n):
        Equal(planner, variables[i], variables[i + 1], REQUIRED)
    Stay(planner, variables[n], WEAK)
    steps = planner.change(variables[0], values)
    if variables[n].value != values[-1]:
        raise ValueError("the far end does not follow")
    return steps


def projection(n):
    """Points projected through a common scale and offset, changed from all sides."""
    planner = Planner()
    scale = Variable(10)
    offset = Variable(1000)
    sources = []
    targets = []
    for i in range(n):
        source = Variable(i)
        target = Variable(i)
        sources.append(source)
        targets.append(target)
        Stay(planner, source, WEAK)
        Scale(planner, source, scale, offset, target, REQUIRED)
    steps = planner.change(sources[0], [17])
    steps += planner.change(targets[1], [1050])
    steps += planner.change(scale, [5])
    steps += planner.change(offset, [2000])
    total = steps
    for v in sources:
        total += v.value
    for v in targets:
        total += v.value
    return total


def main(n):
    values = list(range(1, 101))
    steps = 0
    total = 0
    for _ in range(n):
        steps += chain(100, values)
        total += projection(100)
    print(f"{steps} {total:.0f}")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
