// The sun and four planets under gravity, n steps of a symplectic integrator:
// fields and floating-point arithmetic.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT 5

typedef struct {
    double x, y, z, vx, vy, vz, mass;
} Body;

static const double pi = 3.141592653589793;
static const double year = 365.24;

static Body bodies[COUNT] = {
    {0, 0, 0, 0, 0, 0, 1},
    {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
     1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05,
     9.54791938424326609e-04},
    {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
     -2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05,
     2.85885980666130812e-04},
    {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
     2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05,
     4.36624404335156298e-05},
    {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
     2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05,
     5.15138902046611451e-05},
};

// Scales to days and suns, and gives the sun the velocity that makes the
// total momentum zero.
static void settle(void) {
    double solar_mass = 4 * pi * pi;
    double px = 0, py = 0, pz = 0;
    for (int i = 0; i < COUNT; i += 1) {
        Body *b = &bodies[i];
        b->vx *= year;
        b->vy *= year;
        b->vz *= year;
        b->mass *= solar_mass;
        px += b->vx * b->mass;
        py += b->vy * b->mass;
        pz += b->vz * b->mass;
    }
    bodies[0].vx = -px / solar_mass;
    bodies[0].vy = -py / solar_mass;
    bodies[0].vz = -pz / solar_mass;
}

static double energy(void) {
    double e = 0;
    for (int i = 0; i < COUNT; i += 1) {
        Body *a = &bodies[i];
        e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (int j = i + 1; j < COUNT; j += 1) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            e -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

static void advance(double dt) {
    for (int i = 0; i < COUNT; i += 1) {
        Body *a = &bodies[i];
        for (int j = i + 1; j < COUNT; j += 1) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double pull = dt / (square * sqrt(square));
            double to_a = b->mass * pull, to_b = a->mass * pull;
            a->vx -= dx * to_a;
            a->vy -= dy * to_a;
            a->vz -= dz * to_a;
            b->vx += dx * to_b;
            b->vy += dy * to_b;
            b->vz += dz * to_b;
        }
    }
    for (int i = 0; i < COUNT; i += 1) {
        Body *b = &bodies[i];
        b->x += dt * b->vx;
        b->y += dt * b->vy;
        b->z += dt * b->vz;
    }
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 2000000;
    settle();
    printf("%.9f\n", energy());
    for (int i = 0; i < n; i += 1) advance(0.01);
    printf("%.9f\n", energy());
}
