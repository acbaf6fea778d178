// DeltaBlue, n rounds: an incremental solver for hierarchies of one-way
// constraints. Variables are kept consistent as constraints of various
// strengths come and go. Nothing is released before the end of a round.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The smaller one wins.
enum { REQUIRED = 0, PREFERRED = 2, WEAK = 4, WEAKEST = 6 };

typedef struct Variable Variable;
typedef struct Constraint Constraint;

// A growing list of pointers.
typedef struct {
    void **items;
    int count, room;
} List;

struct Variable {
    double value;
    List constraints;
    Constraint *determined_by;
    int mark, strength;
    bool stay;
};

typedef struct {
    bool is_input;
    Variable *(*choose)(const Constraint *, int mark); // a variable to compute or NULL
    void (*execute)(Constraint *);
} Class;

struct Constraint {
    const Class *class;
    int strength, count;
    Variable *variables[4];
    Variable *output; // the variable this constraint computes, if satisfied
};

typedef struct {
    int mark;
} Planner;

static List garbage;

static void push(List *list, void *item) {
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 4;
        list->items = realloc(list->items, list->room * sizeof *list->items);
    }
    list->items[list->count++] = item;
}

static void *pop(List *list) { return list->items[--list->count]; }

static void *make(size_t size) {
    void *memory = calloc(1, size);
    push(&garbage, memory);
    return memory;
}

static _Noreturn void fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    exit(1);
}

static Variable *variable(double value) {
    Variable *v = make(sizeof *v);
    *v = (Variable){.value = value, .strength = WEAKEST, .stay = true};
    return v;
}

static Variable *choose_unary(const Constraint *c, int mark) {
    Variable *v = c->variables[0];
    return v->mark != mark && c->strength < v->strength ? v : NULL;
}

static Variable *choose_binary(const Constraint *c, int mark) {
    Variable *a = c->variables[0], *b = c->variables[1];
    bool can_a = a->mark != mark && c->strength < a->strength;
    bool can_b = b->mark != mark && c->strength < b->strength;
    if (can_a && can_b) return a->strength > b->strength ? a : b;
    return can_a ? a : can_b ? b : NULL;
}

static void execute_unary(Constraint *c) { (void)c; }

static void execute_equal(Constraint *c) {
    Variable *a = c->variables[0], *b = c->variables[1];
    if (c->output == a) a->value = b->value;
    else b->value = a->value;
}

// target == source * scale + offset; scale and offset are only ever inputs.
static void execute_scale(Constraint *c) {
    Variable *source = c->variables[0], *target = c->variables[1];
    double scale = c->variables[2]->value, offset = c->variables[3]->value;
    if (c->output == target) target->value = source->value * scale + offset;
    else source->value = (target->value - offset) / scale;
}

static const Class stay_class = {false, choose_unary, execute_unary};
static const Class edit_class = {true, choose_unary, execute_unary};
static const Class equal_class = {false, choose_binary, execute_equal};
static const Class scale_class = {false, choose_binary, execute_scale};

// Recomputes what is known about the output: its strength and whether its
// value is fixed while a plan runs.
static void recalculate(Constraint *c) {
    int strength = c->strength;
    bool stay = !c->class->is_input;
    for (int i = 0; i < c->count; i += 1) {
        Variable *v = c->variables[i];
        if (v == c->output) continue;
        if (v->strength > strength) strength = v->strength;
        stay = stay && v->stay;
    }
    c->output->strength = strength;
    c->output->stay = stay;
    if (stay) c->class->execute(c);
}

// Recomputes everything downstream; false if that leads back to an input.
static bool propagate_from(Constraint *constraint, int mark) {
    recalculate(constraint);
    List todo = {0};
    push(&todo, constraint->output);
    bool sound = true;
    while (sound && todo.count > 0) {
        Variable *v = pop(&todo);
        for (int i = 0; i < v->constraints.count; i += 1) {
            Constraint *c = v->constraints.items[i];
            if (!c->output || c == v->determined_by) continue;
            if (c->output->mark == mark) {
                sound = false;
                break;
            }
            recalculate(c);
            push(&todo, c->output);
        }
    }
    free(todo.items);
    return sound;
}

// Satisfies a constraint if it can; gives the constraint it displaced.
static Constraint *satisfy(Constraint *c, int mark) {
    Variable *target = c->class->choose(c, mark);
    if (!target) {
        if (c->strength == REQUIRED) fail("a required constraint cannot be met");
        return NULL;
    }
    c->output = target;
    for (int i = 0; i < c->count; i += 1)
        if (c->variables[i] != target) c->variables[i]->mark = mark;
    Constraint *displaced = target->determined_by;
    if (displaced) displaced->output = NULL;
    target->determined_by = c;
    if (!propagate_from(c, mark)) fail("a cycle of constraints");
    target->mark = mark;
    return displaced;
}

static void incremental_add(Planner *planner, Constraint *constraint) {
    int mark = ++planner->mark;
    while (constraint) constraint = satisfy(constraint, mark);
}

static Constraint *attach(Planner *planner, Constraint constraint) {
    Constraint *c = make(sizeof *c);
    *c = constraint;
    for (int i = 0; i < c->count; i += 1) push(&c->variables[i]->constraints, c);
    incremental_add(planner, c);
    return c;
}

static void unlink_all(Constraint *c) {
    for (int i = 0; i < c->count; i += 1) {
        List *list = &c->variables[i]->constraints;
        for (int k = 0; k < list->count; k += 1) {
            if (list->items[k] != c) continue;
            list->count -= 1;
            memmove(&list->items[k], &list->items[k + 1], (list->count - k) * sizeof(void *));
            break;
        }
    }
}

// After a removal the weaker constraints downstream get their chance.
static void incremental_remove(Planner *planner, Constraint *constraint) {
    Variable *out = constraint->output;
    constraint->output = NULL;
    unlink_all(constraint);
    out->determined_by = NULL;
    out->strength = WEAKEST;
    out->stay = true;
    List unsatisfied = {0}, todo = {0};
    push(&todo, out);
    while (todo.count > 0) {
        Variable *v = pop(&todo);
        for (int i = 0; i < v->constraints.count; i += 1) {
            Constraint *c = v->constraints.items[i];
            if (!c->output) push(&unsatisfied, c);
            else if (c != v->determined_by) {
                recalculate(c);
                push(&todo, c->output);
            }
        }
    }
    for (int strength = REQUIRED; strength < WEAKEST; strength += 1) {
        for (int i = 0; i < unsatisfied.count; i += 1) {
            Constraint *c = unsatisfied.items[i];
            if (c->strength == strength) incremental_add(planner, c);
        }
    }
    free(unsatisfied.items);
    free(todo.items);
}

static bool inputs_known(const Constraint *c, int mark) {
    for (int i = 0; i < c->count; i += 1) {
        const Variable *v = c->variables[i];
        if (v != c->output && v->mark != mark && !v->stay && v->determined_by) return false;
    }
    return true;
}

// An ordered list of constraints to run when the inputs change.
static List plan(Planner *planner, Constraint *source) {
    int mark = ++planner->mark;
    List result = {0}, todo = {0};
    if (source->class->is_input && source->output) push(&todo, source);
    while (todo.count > 0) {
        Constraint *c = pop(&todo);
        if (c->output->mark == mark || !inputs_known(c, mark)) continue;
        push(&result, c);
        c->output->mark = mark;
        List *next = &c->output->constraints;
        for (int i = 0; i < next->count; i += 1) {
            Constraint *d = next->items[i];
            if (d != c && d->output) push(&todo, d);
        }
    }
    free(todo.items);
    return result;
}

// Sets a variable to several values in turn, the last of them for good.
static int change(Planner *planner, Variable *v, const double *values, int count) {
    Constraint *edit = attach(planner, (Constraint){&edit_class, PREFERRED, 1, {v}, NULL});
    List steps = plan(planner, edit);
    for (int i = 0; i < count; i += 1) {
        v->value = values[i];
        for (int k = 0; k < steps.count; k += 1) {
            Constraint *c = steps.items[k];
            c->class->execute(c);
        }
    }
    if (edit->output) incremental_remove(planner, edit);
    else unlink_all(edit);
    free(steps.items);
    return steps.count;
}

static void release(Variable **variables, int count) {
    for (int i = 0; i < count; i += 1) free(variables[i]->constraints.items);
    while (garbage.count > 0) free(pop(&garbage));
}

// A chain of equalities: pulling one end moves all of it.
static int chain(int n, const double *values, int count) {
    Planner planner = {0};
    Variable *variables[n + 1];
    for (int i = 0; i <= n; i += 1) variables[i] = variable(0);
    for (int i = 0; i < n; i += 1)
        attach(&planner,
               (Constraint){&equal_class, REQUIRED, 2, {variables[i], variables[i + 1]}, NULL});
    attach(&planner, (Constraint){&stay_class, WEAK, 1, {variables[n]}, NULL});
    int steps = change(&planner, variables[0], values, count);
    if (variables[n]->value != values[count - 1]) fail("the far end does not follow");
    release(variables, n + 1);
    return steps;
}

// Points projected through a common scale and offset, changed from all sides.
static double projection(int n) {
    Planner planner = {0};
    Variable *variables[2 * n + 2];
    Variable *scale = variables[2 * n] = variable(10);
    Variable *offset = variables[2 * n + 1] = variable(1000);
    Variable **sources = variables, **targets = variables + n;
    for (int i = 0; i < n; i += 1) {
        sources[i] = variable(i);
        targets[i] = variable(i);
        attach(&planner, (Constraint){&stay_class, WEAK, 1, {sources[i]}, NULL});
        attach(&planner, (Constraint){&scale_class, REQUIRED, 4,
                                      {sources[i], targets[i], scale, offset}, NULL});
    }
    double sum = change(&planner, sources[0], (double[]){17}, 1);
    sum += change(&planner, targets[1], (double[]){1050}, 1);
    sum += change(&planner, scale, (double[]){5}, 1);
    sum += change(&planner, offset, (double[]){2000}, 1);
    for (int i = 0; i < 2 * n; i += 1) sum += variables[i]->value;
    release(variables, 2 * n + 2);
    return sum;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 400;
    double values[100];
    for (int i = 0; i < 100; i += 1) values[i] = i + 1;
    long steps = 0;
    double sum = 0;
    for (int i = 0; i < n; i += 1) {
        steps += chain(100, values, 100);
        sum += projection(100);
    }
    printf("%ld %.0f\n", steps, sum);
}
