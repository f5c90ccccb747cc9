// SPDX-License-Identifier: MIT
/*
 * The cases of a batch are run by a worker. Request and answer lie in memory that it shares with the
 * agent: it writes outcomes straight into the answer, and says after each how far it has come. Where
 * it dies the agent notes that for the case at hand, and another worker goes on behind it.
 */
#define _GNU_SOURCE
#include "batch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"
#include "commands.h"
#include "kmsg.h"
#include "limits.h"
#include "live.h"
#include "load.h"
#include "machine.h"
#include "map-content.h"
#include "program.h"
#include "run.h"
#include "transport.h"
#include "worker.h"

struct batch {
	uint32_t engine, flags, case_timeout_ms, budget_ms, count;
	uint8_t *cases[CASES_MAX + 1]; /* where each begins, and where the last ends */
	uint64_t deadline_ns;
};

/* What the agent and its worker share. */
static struct {
	/* Its progress: cases that are done, and behind them the length of the answer so far. */
	struct pace pace;
	struct batch batch;
	uint8_t request[FRAME_BODY_MAX];
	uint8_t answer[FRAME_BODY_MAX];
} *shared;

static void set_progress(uint32_t done, const struct writer *answer)
{
	atomic_store(&shared->pace.progress, (uint64_t)done << 32 | (answer->at - shared->answer));
}

static void parse_batch(struct reader *from, struct batch *into)
{
	static struct testcase testcase;

	into->engine = read_bounded(from, ENGINE_HARDENED, "unknown engine");
	into->flags = read_u32(from);
	into->case_timeout_ms = read_u32(from);
	into->budget_ms = read_u32(from);
	into->count = read_bounded(from, CASES_MAX, "a batch has too many cases");
	for (uint32_t i = 0; i < into->count && !from->problem; i++) {
		into->cases[i] = from->at;
		parse_case(from, &testcase);
	}
	into->cases[into->count] = from->at;
	if (from->at != from->end && !from->problem)
		from->problem = "the request goes on behind its end";
}

/*
 * What the kernel said, if it is in trouble. Then the batch ends here: the host replaces a kernel
 * that can't be trusted any more, and what would run on it now would have to run again.
 */
static const char *trouble(size_t *len)
{
	const char *text = kmsg_trouble(len);

	if (*len)
		atomic_store(&shared->pace.stop, 1);
	return text;
}

static void put_trouble(struct writer *to)
{
	size_t len;
	const char *text = trouble(&len);

	put_text(to, text, len);
}

static void put_completed(struct writer *to, const struct testcase *testcase, uint32_t wants)
{
	struct loaded loaded = { 0 };
	int live = live_wanted(testcase);
	struct rejection why = { .step = STEP_NETWORK, .error = live ? live_enter() : 0 };

	if (!why.error)
		why = load_case(testcase, wants, &loaded);
	struct reader runs = testcase->runs;
	struct run_spec run;

	put_u32(to, CASE_COMPLETED);
	put_u32(to, why.error);
	put_u32(to, why.step);
	put_u32(to, why.index);
	put_text(to, why.log, why.log_len);
	int link = why.error ? -1 : attach_prog(testcase, loaded.progs[0]);

	for (uint32_t i = 0; i < testcase->run_count && !why.error; i++) {
		parse_run(&runs, testcase, &run);
		put_run(to, loaded.progs[0], testcase->prog_type, &run);
		if (live_run(testcase->prog_type, &run))
			live_put_frames(to, testcase);
		put_commands(to, testcase, &run, &loaded);
	}
	if (link >= 0)
		close(link);
	for (uint32_t i = 0; i < testcase->map_count && !why.error; i++)
		put_map_content(to, loaded.maps[i], &testcase->maps[i]);
	unload_case(&loaded);
	if (live)
		live_leave();
	put_trouble(to);
}

/* The worker's part in a batch: goes on where `progress` says, as far as there is time and room. */
static void work(void)
{
	static struct testcase testcase;
	const struct batch *batch = &shared->batch;
	uint64_t progress = atomic_load(&shared->pace.progress);
	struct writer to = {
		.at = shared->answer + (uint32_t)progress,
		.end = shared->answer + sizeof(shared->answer) - 4ull * batch->count,
	};

	for (uint32_t i = progress >> 32; i < batch->count && !atomic_load(&shared->pace.stop); i++) {
		struct reader from = { .at = batch->cases[i], .end = batch->cases[i + 1] };

		parse_case(&from, &testcase);
		put_completed(&to, &testcase, batch->flags);
		if (to.overflow)
			return;
		set_progress(i + 1, &to);
	}
}

static void put_casualty(struct writer *to, enum fate fate, int status)
{
	char text[128 + CONSOLE_BYTES_MAX];
	size_t len = 0, trouble_len;
	const char *said = trouble(&trouble_len);

	put_u32(to, fate == FATE_HUNG ? CASE_HUNG : CASE_CRASHED);
	if (fate == FATE_DIED && WIFSIGNALED(status))
		len = snprintf(text, 128, "bpfdiff: the worker was killed by signal %d\n",
			       WTERMSIG(status));
	else if (fate == FATE_DIED)
		len = snprintf(text, 128, "bpfdiff: the worker ended with status %d\n",
			       WEXITSTATUS(status));
	memcpy(text + len, said, trouble_len);
	put_text(to, text, len + trouble_len);
}

/* Runs the cases from `first` on. Returns how many of the batch are done then, or -1. */
static int64_t run_from(uint32_t first, struct writer *to)
{
	const struct batch *batch = &shared->batch;

	set_progress(first, to);
	if (worker_wake(work))
		return -1;
	enum fate fate = worker_wait(&shared->pace, batch->case_timeout_ms, batch->deadline_ns);
	int status = fate == FATE_FINISHED ? 0 : worker_bury();
	uint64_t progress = atomic_load(&shared->pace.progress);
	uint32_t done = progress >> 32;

	to->at = shared->answer + (uint32_t)progress;
	if (fate == FATE_FINISHED || done == batch->count)
		return done;
	struct writer before = *to;

	put_casualty(to, fate, status);
	if (!to->overflow)
		return done + 1;
	*to = before;
	return done;
}

static void put_error(struct writer *to, enum error_code code, const char *text)
{
	to->at = shared->answer;
	put_u32(to, ANSWER_ERROR);
	put_u32(to, code);
	put_text(to, text, strlen(text));
}

static void run_batch(struct reader *request, struct writer *answer)
{
	uint64_t start_ns = machine_ns();
	struct batch *batch = &shared->batch;
	uint32_t done = 0;
	int64_t reached = 0;

	parse_batch(request, batch);
	if (request->problem)
		return put_error(answer, ERROR_MALFORMED, request->problem);
	if (machine_engine(batch->engine))
		return put_error(answer, ERROR_ENGINE, "the kernel has no such engine");

	batch->deadline_ns = start_ns + batch->budget_ms * NS_PER_MS;
	atomic_store(&shared->pace.stop, 0);
	put_u32(answer, ANSWER_BATCH);
	put_u32(answer, batch->count);
	struct writer time = *answer;

	put_u64(answer, 0);
	/* Room for CASE_NOT_RUN of all cases, whatever the worker writes. */
	answer->end -= 4ull * batch->count;
	while (done < batch->count && !atomic_load(&shared->pace.stop)) {
		reached = run_from(done, answer);
		if (reached < 0 || reached == done)
			break;
		done = reached;
	}
	answer->end += 4ull * batch->count;
	if (reached < 0)
		return put_error(answer, ERROR_WORKER, "no worker could be started");
	if (!done && batch->count)
		return put_error(answer, ERROR_TOO_LONG, "one answer is longer than a frame");
	for (; done < batch->count; done++)
		put_u32(answer, CASE_NOT_RUN);
	put_u64(&time, machine_ns() - start_ns);
}

static void run_program(struct reader *request, struct writer *answer)
{
	struct program_spec program;

	parse_program(request, &program);
	if (request->problem)
		return put_error(answer, ERROR_MALFORMED, request->problem);
	if (machine_engine(program.engine))
		return put_error(answer, ERROR_ENGINE, "the kernel has no such engine");
	put_u32(answer, ANSWER_PROGRAM);
	if (put_program(answer, &program))
		return put_error(answer, ERROR_PROGRAM, "the program could not be started");
	put_trouble(answer);
}

int batch_setup(void)
{
	void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -1;
	shared = memory;
	return 0;
}

int batch_answer(const struct frame *frame)
{
	struct reader request = { .at = shared->request, .end = shared->request + frame->len };
	struct writer answer = { .at = shared->answer, .end = shared->answer + FRAME_BODY_MAX };

	memcpy(shared->request, frame->body, frame->len);
	uint32_t kind = read_u32(&request);

	if (kind == REQUEST_BATCH)
		run_batch(&request, &answer);
	else if (kind == REQUEST_PROGRAM)
		run_program(&request, &answer);
	else
		put_error(&answer, ERROR_MALFORMED, "unknown request");
	return transport_send(frame->seq, shared->answer, answer.at - shared->answer);
}
