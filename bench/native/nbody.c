// The sun and four planets under gravity, n steps: fields and floating-point arithmetic. Prints the
// energy before and after, in units of 10^-9.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double x, y, z, vx, vy, vz, mass;
} Body;

// Velocities are in days and masses in suns at first.
static Body bodies[5] = {
    {0, 0, 0, 0, 0, 0, 1},
    {4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694,
     0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609},
    {8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411899,
     0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812},
    {12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618,
     0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298},
    {15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322,
     0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451},
};

// The velocity that makes the total momentum zero is given to the sun.
static void settle(Body *bodies) {
    double year = 365.24, solar_mass = 39.47841760435743;
    double px = 0, py = 0, pz = 0;
    for (long i = 0; i < 5; i += 1) {
        Body *b = &bodies[i];
        b->mass *= solar_mass;
        b->vx *= year;
        px += b->vx * b->mass;
        b->vy *= year;
        py += b->vy * b->mass;
        b->vz *= year;
        pz += b->vz * b->mass;
    }
    bodies->vx = -px / solar_mass;
    bodies->vy = -py / solar_mass;
    bodies->vz = -pz / solar_mass;
}

static double energy(Body *bodies) {
    double e = 0;
    for (long i = 0; i < 5; i += 1) {
        Body *a = &bodies[i];
        e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (long j = i + 1; j < 5; j += 1) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            e -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

static void advance(Body *bodies, double dt) {
    for (long i = 0; i < 5; i += 1) {
        Body *a = &bodies[i];
        for (long j = i + 1; j < 5; j += 1) {
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
    for (long i = 0; i < 5; i += 1) {
        Body *b = &bodies[i];
        b->x += dt * b->vx;
        b->y += dt * b->vy;
        b->z += dt * b->vz;
    }
}

int main(int argc, char **argv) {
    long n = atol(argv[1]);
    settle(bodies);
    printf("%ld\n", (long)(energy(bodies) * 1000000000.0));
    while (n > 0) {
        advance(bodies, 0.01);
        n -= 1;
    }
    printf("%ld\n", (long)(energy(bodies) * 1000000000.0));
    return 0;
}
