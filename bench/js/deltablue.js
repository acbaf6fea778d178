// DeltaBlue, n rounds: an incremental solver for hierarchies of one-way
// constraints. Variables are kept consistent as constraints of various
// strengths come and go: classes, many small methods, lists that change.

// Strengths are numbers; the smaller one wins.
const required = 0;
const preferred = 2;
const weak = 4;
const weakest = 6;

class Variable {
  constructor(value) {
    this.value = value;
    this.constraints = [];
    this.determinedBy = null;
    this.mark = 0;
    this.strength = weakest;
    this.stay = true;
  }
}

// Subclasses supply choose(mark), which gives a variable to compute or null,
// and execute().
class Constraint {
  constructor(variables, strength) {
    this.variables = variables;
    this.strength = strength;
    this.output = null; // the variable this constraint computes, if satisfied
  }

  isInput() { return false; }
  isSatisfied() { return this.output !== null; }

  inputsKnown(mark) {
    for (const v of this.variables) {
      if (v !== this.output && v.mark !== mark && !v.stay && v.determinedBy !== null) return false;
    }
    return true;
  }

  attach(planner) {
    for (const v of this.variables) v.constraints.push(this);
    planner.incrementalAdd(this);
  }

  detach(planner) {
    if (this.isSatisfied()) planner.incrementalRemove(this);
    else this.unlink();
  }

  unlink() {
    for (const v of this.variables) {
      const i = v.constraints.indexOf(this);
      if (i >= 0) v.constraints.splice(i, 1);
    }
  }

  // Satisfies this constraint if it can; returns the constraint it displaced.
  satisfy(planner, mark) {
    const target = this.choose(mark);
    if (target === null) {
      if (this.strength === required) throw new Error("a required constraint cannot be met");
      return null;
    }
    this.output = target;
    for (const v of this.variables) {
      if (v !== target) v.mark = mark;
    }
    const displaced = target.determinedBy;
    if (displaced !== null) displaced.output = null;
    target.determinedBy = this;
    if (!planner.propagateFrom(this, mark)) throw new Error("a cycle of constraints");
    target.mark = mark;
    return displaced;
  }

  // Recomputes what is known about the output: its strength and whether its
  // value is fixed while a plan runs.
  recalculate() {
    const out = this.output;
    let strength = this.strength;
    let stay = !this.isInput();
    for (const v of this.variables) {
      if (v !== out) {
        if (v.strength > strength) strength = v.strength;
        stay = stay && v.stay;
      }
    }
    out.strength = strength;
    out.stay = stay;
    if (stay) this.execute();
  }
}

class Unary extends Constraint {
  constructor(planner, variable, strength) {
    super([variable], strength);
    this.attach(planner);
  }

  choose(mark) {
    const v = this.variables[0];
    if (v.mark !== mark && this.strength < v.strength) return v;
    return null;
  }

  execute() {}
}

class Stay extends Unary {}

class Edit extends Unary {
  isInput() { return true; }
}

// A relation between two variables, which can compute either: the one held
// most weakly.
class Binary extends Constraint {
  choose(mark) {
    const a = this.variables[0];
    const b = this.variables[1];
    const canA = a.mark !== mark && this.strength < a.strength;
    const canB = b.mark !== mark && this.strength < b.strength;
    if (canA && canB) return a.strength > b.strength ? a : b;
    if (canA) return a;
    if (canB) return b;
    return null;
  }
}

class Equal extends Binary {
  constructor(planner, a, b, strength) {
    super([a, b], strength);
    this.a = a;
    this.b = b;
    this.attach(planner);
  }

  execute() {
    if (this.output === this.a) this.a.value = this.b.value;
    else this.b.value = this.a.value;
  }
}

// target == source * scale + offset; scale and offset are only ever inputs.
class Scale extends Binary {
  constructor(planner, source, scale, offset, target, strength) {
    super([source, target, scale, offset], strength);
    this.source = source;
    this.scale = scale;
    this.offset = offset;
    this.target = target;
    this.attach(planner);
  }

  execute() {
    if (this.output === this.target) {
      this.target.value = this.source.value * this.scale.value + this.offset.value;
    } else {
      this.source.value = (this.target.value - this.offset.value) / this.scale.value;
    }
  }
}

class Planner {
  constructor() {
    this.mark = 0;
  }

  newMark() {
    this.mark += 1;
    return this.mark;
  }

  incrementalAdd(constraint) {
    const mark = this.newMark();
    let next = constraint;
    while (next !== null) next = next.satisfy(this, mark);
  }

  // After a removal the weaker constraints downstream get their chance.
  incrementalRemove(constraint) {
    const out = constraint.output;
    constraint.output = null;
    constraint.unlink();
    out.determinedBy = null;
    out.strength = weakest;
    out.stay = true;
    const unsatisfied = [];
    const todo = [out];
    while (todo.length > 0) {
      const v = todo.pop();
      for (const c of v.constraints) {
        if (!c.isSatisfied()) unsatisfied.push(c);
        else if (c !== v.determinedBy) {
          c.recalculate();
          todo.push(c.output);
        }
      }
    }
    for (let strength = required; strength < weakest; strength += 1) {
      for (const c of unsatisfied) {
        if (c.strength === strength) this.incrementalAdd(c);
      }
    }
  }

  // Recomputes everything downstream; false if that leads back to an input.
  propagateFrom(constraint, mark) {
    constraint.recalculate();
    const todo = [constraint.output];
    while (todo.length > 0) {
      const v = todo.pop();
      for (const c of v.constraints) {
        if (c.isSatisfied() && c !== v.determinedBy) {
          if (c.output.mark === mark) return false;
          c.recalculate();
          todo.push(c.output);
        }
      }
    }
    return true;
  }

  // An ordered list of constraints to run when the inputs change.
  plan(source) {
    const mark = this.newMark();
    const result = [];
    const todo = [];
    if (source.isInput() && source.isSatisfied()) todo.push(source);
    while (todo.length > 0) {
      const c = todo.pop();
      if (c.output.mark !== mark && c.inputsKnown(mark)) {
        result.push(c);
        c.output.mark = mark;
        for (const d of c.output.constraints) {
          if (d !== c && d.isSatisfied()) todo.push(d);
        }
      }
    }
    return result;
  }

  // Sets a variable to several values in turn, the last of them for good.
  change(variable, values) {
    const edit = new Edit(this, variable, preferred);
    const steps = this.plan(edit);
    for (const value of values) {
      variable.value = value;
      for (const c of steps) c.execute();
    }
    edit.detach(this);
    return steps.length;
  }
}

// A chain of equalities: pulling one end moves all of it.
function chain(n, values) {
  const planner = new Planner();
  const variables = [];
  for (let i = 0; i <= n; i += 1) variables.push(new Variable(0));
  for (let i = 0; i < n; i += 1) new Equal(planner, variables[i], variables[i + 1], required);
  new Stay(planner, variables[n], weak);
  const steps = planner.change(variables[0], values);
  if (variables[n].value !== values[values.length - 1]) throw new Error("the far end does not follow");
  return steps;
}

// Points projected through a common scale and offset, changed from all sides.
function projection(n) {
  const planner = new Planner();
  const scale = new Variable(10);
  const offset = new Variable(1000);
  const sources = [];
  const targets = [];
  for (let i = 0; i < n; i += 1) {
    const source = new Variable(i);
    const target = new Variable(i);
    sources.push(source);
    targets.push(target);
    new Stay(planner, source, weak);
    new Scale(planner, source, scale, offset, target, required);
  }
  let steps = planner.change(sources[0], [17]);
  steps += planner.change(targets[1], [1050]);
  steps += planner.change(scale, [5]);
  steps += planner.change(offset, [2000]);
  let sum = steps;
  for (const v of sources) sum += v.value;
  for (const v of targets) sum += v.value;
  return sum;
}

const n = Number(process.argv[2] ?? 400);
const values = [];
for (let i = 1; i <= 100; i += 1) values.push(i);
let steps = 0;
let sum = 0;
for (let i = 0; i < n; i += 1) {
  steps += chain(100, values);
  sum += projection(100);
}
console.log(`${steps} ${sum}`);
