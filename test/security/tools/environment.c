/* A hook that writes its environment, and how many variables that is, into a file. A shell would add its own. */
#include <stdio.h>

extern char **environ;

int main(int argc, char **argv) {
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    int count = 0;
    if (!out)
        return 1;
    while (environ[count])
        fprintf(out, "%s\n", environ[count++]);
    fprintf(out, "%d variables\n", count);
    return fclose(out) != 0;
}
