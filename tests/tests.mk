# What is tried, measured and linted. tests/README.md says which folder holds what.

# --- The small programs that the tests run, and the objects that they preload: tests/fixtures

FIXTURES := $(sort $(wildcard tests/fixtures/*.c tests/fixtures/*/*.c))
PRELOADS := $(patsubst tests/fixtures/preload/%.c,$(BUILD)/tests/%.so,$(filter tests/fixtures/preload/%,$(FIXTURES)))
PROGRAMS := $(addprefix $(BUILD)/tests/,$(basename $(notdir $(filter-out tests/fixtures/preload/%,$(FIXTURES)))))
COMPILE_FIXTURE = $(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE -iquote shim $(WARNINGS)

# Programs that no preload reaches: those that are made without libc.so. visited is made in three ways.
STATIC_NAMES := visited visited_pie visited_second $(addprefix transcript_,cancel children dispositions handlers masks \
    one_shot outside sent survival taken threads waits)
source_of_static = $(filter %/$(patsubst visited_%,visited,$(1)).c,$(FIXTURES))
STATIC_PROGRAMS := $(if $(VISITS),$(foreach name,$(STATIC_NAMES),$(if $(call source_of_static,$(name)),$(BUILD)/tests/static/$(name))))

.PHONY: programs
programs: $(PROGRAMS) $(PRELOADS) $(STATIC_PROGRAMS)

$(BUILD)/tests/%.so: tests/fixtures/preload/%.c $(BUILD)/obj/flags
	$(call STEP,CC $<)$(COMPILE_FIXTURE) -fPIC -shared -MMD -MP -o $@ $< $(LDFLAGS)

# A program's name does not say in which folder its source is.
SOURCE_OF_PROGRAM = $(filter %/$*.c,$(FIXTURES))
.SECONDEXPANSION:
$(PROGRAMS): $(BUILD)/tests/%: $$(SOURCE_OF_PROGRAM) $(BUILD)/obj/flags
	$(call STEP,CC $<)$(COMPILE_FIXTURE) -MMD -MP -o $@ $< $(LDFLAGS) -pthread

$(BUILD)/tests/static/%: LINK_STATIC = -static
$(BUILD)/tests/static/visited_pie: LINK_STATIC = -static-pie
$(BUILD)/tests/static/visited_second: LINK_STATIC = -static -DSECOND_PLACE
$(STATIC_PROGRAMS): $(BUILD)/tests/static/%: $$(call source_of_static,$$*) $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $@)$(COMPILE_FIXTURE) $(LINK_STATIC) -MMD -MP -o $@ $< $(LDFLAGS) -pthread

-include $(PROGRAMS:=.d) $(STATIC_PROGRAMS:=.d) $(PRELOADS:.so=.d)

# --- At once, with a compiler and make alone

.PHONY: demo smoke
demo: all $(BUILD)/tests/demo_server $(BUILD)/tests/demo_client ## the main job, side by side: a client dies of SIGPIPE, and outlives it
	@tests/project/demo.sh

.PHONY: demo-picture
demo-picture: all $(BUILD)/tests/demo_server $(BUILD)/tests/demo_client ## the picture of the demo in README.md, made anew: tests/project/demo.svg
	@tests/project/demo_picture.sh >$(BUILD)/demo.svg
	@mv $(BUILD)/demo.svg tests/project/demo.svg

smoke: all $(BUILD)/tests/matrix ## each call that writes, in each mode, against its oracle: in seconds, with gcc and make alone
	@tests/shim/smoke.sh

# --- Tests

# What is tested is made when the tools are there, by a make that has not looked before: <sys/sdt.h> is among them.
.PHONY: tested
tested:
	@. tests/lib/install_tools.sh && install_missing check
	@$(MAKE) --no-print-directory all programs units

.PHONY: check check-newcomer check-libc check-arch check-kernels check-systems check-watch check-fleet check-containers check-programs check-suites
check: tested ## runs the tests; as root, installs the test tools that are missing
	@tests/check.sh

check-newcomer: ## what a newcomer does, in bare systems of Debian 12 and 13, as root: README's commands (NEWCOMER='bookworm trixie')
	@tests/project/newcomer.sh

check-libc: tested ## runs the tests under musl, glibc 2.31 and glibc 2.41, as root; or under one built from GLIBC_SOURCE=DIR or MUSL_SOURCE=DIR
	@tests/libc/libc.sh

check-arch: tested ## runs the tests of the objects for other CPUs, in QEMU's user mode
	@BATS_TEST_TIMEOUT=$${BATS_TEST_TIMEOUT:-600} tests/check.sh tests/arch/*.bats

check-kernels: tested ## runs the tests under kernels of Debian, in QEMU: three, or each kernel and CPU (ALL=1)
	@. tests/lib/install_tools.sh && $(if $(ALL),install_missing kernels-all &&) \
	    KERNELS_ALL=$(ALL) BATS_TEST_TIMEOUT=1800 NOSIGPIPE_TAGS=$(if $(ALL),,ci) tests/check.sh tests/kernels/*.bats

check-systems: tested ## runs the tests in Debian systems of their own, as root
	@tests/check.sh $(filter-out tests/systems/watch.bats,$(wildcard tests/systems/*.bats))

check-watch: tested ## watches the SIGPIPEs of this machine while nothing else makes them, as root
	@. tests/lib/install_tools.sh && install_missing watch && tests/check.sh tests/systems/watch.bats

check-fleet: tested ## watches a service with Prometheus, node_exporter, mtail and Alertmanager, and boots the audit's timer, as root
	@. tests/lib/install_tools.sh && install_without_starting fleet && tests/check.sh tests/fleet/*.bats

check-containers: tested ## runs the tests in containers, with podman
	@tests/check.sh tests/containers/*.bats

check-programs: tested ## runs programs of the distribution with and without the shim, and lists them
	@tests/applications/applications.sh

check-suites: tested ## runs suites of other projects with and without the shim, and compares
	@tests/third_party/third_party.sh

# --- What the tests reach and notice

.PHONY: coverage mutants soak
coverage: tested ## which lines and branches of the shim the tests reach, with gcov and gcovr
	@tests/coverage/coverage.sh

mutants: tested ## runs the tests on changed sources, MUTANTS=200 of them, as root; takes hours
	@MUTANTS="$(MUTANTS)" tests/mutants/mutants.sh

soak: all $(BUILD)/tests/storm $(BUILD)/tests/attach_storm ## 10 million broken writes in each mode, 100,000 visits
	@tests/stress/soak.sh

.PHONY: lint
lint: ## clang-format, clang-tidy, cppcheck, gcc -fanalyzer, shellcheck, and no warning from gcc and clang
	@tests/project/lint.sh

include tests/bench/rules.mk
include tests/fuzz/rules.mk
include tests/units/rules.mk
