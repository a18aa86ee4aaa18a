#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
static double now() {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static int c(const void* a, const void* b) {
  double x = *(double*)a - *(double*)b;
  return x < 0 ? -1 : x > 0;
}
int main(int n, char** v) {
  int N = atoi(v[1]);
  double p = atof(v[2]);
  double* l = malloc(N * sizeof *l);
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
  double d = now();
  for (int i = 0; i < N; i++) {
    d += p;
    double w = d - 100e-6;
    struct timespec t = {(time_t)w, (long)((w - (time_t)w) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
    while (now() < d)
      ;
    l[i] = (now() - d) * 1e6;
  }
  qsort(l, N, sizeof *l, c);
  printf("late us p50 %.1f p90 %.1f p99 %.1f max %.1f\n", l[N / 2], l[N * 9 / 10], l[N * 99 / 100], l[N - 1]);
}
