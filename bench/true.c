/* The smallest program there is, for the smallest memory limit that starts one. */
int main(void) {
    return 0;
}
