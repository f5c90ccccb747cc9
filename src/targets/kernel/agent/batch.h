/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_BATCH_H
#define BPFDIFF_BATCH_H

#include "transport.h"

/* Makes what batches share. Returns 0, or -1. */
int batch_setup(void);

/*
 * Runs the batch or the program that a frame holds and sends the answer: outcomes, how it ended, or an error. Nothing reaches
 * the kernel before all of the request has been found well-formed. Returns 0, or -1 where the
 * answer could not be sent.
 */
int batch_answer(const struct frame *frame);

#endif
