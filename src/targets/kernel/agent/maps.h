/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_MAPS_H
#define BPFDIFF_MAPS_H

#include "fds.h"
#include "testcase.h"

/* Returns an fd, or a negative errno. A map of maps is like the one of `before` that it names. */
int map_create(const struct map_spec *spec, struct fds before);

#endif
