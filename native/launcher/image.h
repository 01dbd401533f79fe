/*
 * `run --image`: the Node layer has understood the command, and asks for a bundle of the image before it can plan. The
 * companion `smith` makes it, in a child; then the command goes on with other words. FINISH with the code IMAGE_CODE is how it
 * asks: on standard output are texts that end with NUL: the bundle's path, how many words the companion gets,
 * those, and the words to go on with (src/lifecycle/image.ts).
 */
#pragma once
#include "plan.h"

enum { IMAGE_CODE = 256 };

struct image {
    char *text;         /* what the words point into */
    const char *bundle; /* railcar's own; NULL: none */
    char **arguments;   /* to go on with */
};

/* Returns 0 when the bundle is there, or the exit status. */
int image_unpack(struct image *image, const struct finish *finish, char *const *environment);
/* Removes the bundle: no container has come of it. */
void image_discard(const struct image *image);
