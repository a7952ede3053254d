# Benchmarks: what the library costs, against what one could use instead.

BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
BENCH := $(filter-out $(BUILD)/bench/preload_%,$(BENCH)) $(addsuffix .so,$(filter $(BUILD)/bench/preload_%,$(BENCH))) \
    $(BUILD)/tests/cost

$(BUILD)/bench/preload_%.so: tests/bench/preload_%.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_FIXTURE) -fPIC -shared -o $@ $< $(LDFLAGS)

$(BUILD)/bench/%: tests/bench/%.c tests/bench/worker.h $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_FIXTURE) -o $@ $< $(LDFLAGS) -pthread

.PHONY: bench bench-quick bench-figures
bench: all $(BENCH) ## what the shim costs, against what one could use instead: build/bench.json, bench.svg
	@tests/bench/bench.sh

bench-quick: all $(BENCH) ## the same in under 40 seconds, without the whole programs
	@tests/bench/bench.sh --quick

bench-figures: all $(BENCH) ## the same with more turns, written to tests/bench/RESULTS.md
	@tests/bench/bench.sh --publish
