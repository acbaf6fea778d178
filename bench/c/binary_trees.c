// Many short-lived binary trees beside one that lives long: allocation and
// release, with malloc and free.

#include <stdio.h>
#include <stdlib.h>

typedef struct Node {
    struct Node *left, *right;
} Node;

static Node *build(int depth) {
    Node *node = malloc(sizeof *node);
    node->left = depth == 0 ? NULL : build(depth - 1);
    node->right = depth == 0 ? NULL : build(depth - 1);
    return node;
}

static int count(const Node *node) {
    if (!node->left) return 1;
    return 1 + count(node->left) + count(node->right);
}

static void release(Node *node) {
    if (node->left) {
        release(node->left);
        release(node->right);
    }
    free(node);
}

static int count_and_release(Node *node) {
    int n = count(node);
    release(node);
    return n;
}

int main(int argc, char **argv) {
    int greatest = argc > 1 ? atoi(argv[1]) : 15;
    const int least = 4;
    printf("depth %d: %d\n", greatest + 1, count_and_release(build(greatest + 1)));
    Node *long_lived = build(greatest);
    int turns = 1 << greatest;
    for (int depth = least; depth <= greatest; depth += 2) {
        int total = 0;
        for (int i = 0; i < turns; i += 1) total += count_and_release(build(depth));
        printf("depth %d: %d trees, %d\n", depth, turns, total);
        turns /= 4;
    }
    printf("long lived: %d\n", count_and_release(long_lived));
}
