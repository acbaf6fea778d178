// Over all permutations of n numbers: how often must the first k be reversed,
// k being the first number, until the smallest comes first? Small arrays.

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 10;
    int order[32] = {0}; // the permutation
    int work[32] = {0};  // a copy that is reversed
    int turns[32] = {0}; // how often the first k+1 will still be rotated
    for (int i = 0; i < n; i += 1) {
        order[i] = work[i] = i;
        turns[i] = i + 1;
    }
    int most = 0, checksum = 0, sign = 1;
    for (;;) {
        int first = order[0];
        if (first != 0) {
            for (int i = 0; i < n; i += 1) work[i] = order[i];
            int flips = 0;
            while (first != 0) {
                for (int low = 0, high = first; low < high; low += 1, high -= 1) {
                    int t = work[low];
                    work[low] = work[high];
                    work[high] = t;
                }
                flips += 1;
                first = work[0];
            }
            if (flips > most) most = flips;
            checksum += sign * flips;
        }
        sign = -sign;
        // The next permutation: rotate ever longer beginnings.
        int k = 1;
        while (k < n) {
            int front = order[0];
            for (int i = 0; i < k; i += 1) order[i] = order[i + 1];
            order[k] = front;
            turns[k] -= 1;
            if (turns[k] > 0) break;
            turns[k] = k + 1;
            k += 1;
        }
        if (k >= n) break;
    }
    printf("%d\n%d\n", checksum, most);
}
