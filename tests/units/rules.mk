# The units: each tests/units/NAME.c is a program that tests parts of the shim. Fuzz targets are built
# here too, with replay.c instead of libFuzzer, to run their kept inputs with any compiler. As in
# tests/fuzz/rules.mk, system calls go to the program, and what it defines itself is not taken from
# the archive. PARTS_OF_NAME lists the parts outside the archive that a unit links.

GUARD := signal/disposition signal/handler_stubs signal/guard signal/signal_origin base/kernel_sigaction base/default_action
PARTS_OF_dispositions = signal/disposition signal/handler_stubs
PARTS_OF_dump_core = base/default_action base/kernel_sigaction
PARTS_OF_environment = config/environment
PARTS_OF_event = report/event
PARTS_OF_exec = interpose/exec interpose/fallback
PARTS_OF_guard_handlers = $(GUARD)
PARTS_OF_guard_sandbox = $(PARTS_OF_guard_handlers)
PARTS_OF_guard_signals = $(PARTS_OF_guard_handlers)
PARTS_OF_guard_start = $(PARTS_OF_guard_handlers)
PARTS_OF_guard_window = signal/disposition signal/handler_stubs base/kernel_sigaction signal/guard_window
PARTS_OF_guard_window_threads = $(PARTS_OF_guard_window)
PARTS_OF_helper = $(patsubst shim/%.c,%,$(filter-out shim/helper/entry.c,$(sort $(wildcard shim/helper/*.c))))
PARTS_OF_helper_command = $(PARTS_OF_helper)
PARTS_OF_hidden_mask = $(PARTS_OF_sigmask)
PARTS_OF_interrupted_syscall = report/interrupted_syscall
PARTS_OF_keep_buffer = helper/keep_buffer
PARTS_OF_kill = $(GUARD) interpose/fallback interpose/kill signal/guard_window signal/hidden_mask
PARTS_OF_kill_others = $(PARTS_OF_kill)
PARTS_OF_link_map = link/link_map
PARTS_OF_memory = base/builtins
PARTS_OF_next = link/next link/call_names
PARTS_OF_noted_writes = interpose/noted_writes
PARTS_OF_observed_writes = interpose/observed_writes
PARTS_OF_passed_on = interpose/fallback interpose/send interpose/write
PARTS_OF_prctl = interpose/prctl base/seccomp
PARTS_OF_process = signal/process interpose/fork
PARTS_OF_pthread_create = interpose/pthread_create
PARTS_OF_rwf_nosignal = interpose/rwf_nosignal
PARTS_OF_sigaction = $(GUARD) interpose/fallback interpose/sigmask interpose/sigsuspend interpose/sigaction interpose/sigvec signal/guard_window signal/hidden_mask
PARTS_OF_sigaction_musl = $(GUARD) interpose/fallback interpose/sigmask signal/guard_window signal/hidden_mask
PARTS_OF_sigaction_passed_on = $(PARTS_OF_sigaction)
PARTS_OF_sigmask = $(GUARD) interpose/fallback interpose/sigmask interpose/sigsuspend signal/guard_window signal/hidden_mask
PARTS_OF_sigmask_read = $(PARTS_OF_sigmask)
PARTS_OF_sigsuspend = interpose/fallback interpose/sigsuspend
PARTS_OF_socket = interpose/fallback interpose/socket
PARTS_OF_syscall = $(GUARD) interpose/fallback interpose/sigmask interpose/syscall interpose/rt_sigaction interpose/kill interpose/sigaction signal/guard_window signal/hidden_mask
PARTS_OF_syscall_passed_on = $(PARTS_OF_syscall)
PARTS_OF_usdt = link/call_names report/usdt

UNIT_OBJECTS := $(FUZZ_SOURCES:%=$(BUILD)/units/obj/%.o)
UNITS := $(patsubst tests/units/%.c,$(BUILD)/units/%,$(filter-out tests/units/replay.c,$(sort $(wildcard tests/units/*.c))))
REPLAYS := $(patsubst tests/fuzz/%.c,$(BUILD)/units/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
COMPILE_UNIT = $(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE -iquote shim $(WARNINGS) -fno-builtin -MMD -MP

$(BUILD)/units/obj/%.o: shim/%.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_UNIT) -include tests/fuzz/kernel.h -c -o $@ $<

$(BUILD)/units/shim.a: $(UNIT_OBJECTS)
	@rm -f $@
	$(call STEP,AR $@)ar rc $@ $^

$(BUILD)/units/obj/helper/%.o: COMPILE_UNIT += -DNOSIGPIPE_VERSION=$(VERSION)

# Renamed, since the compiler and the dynamic linker use libc's names themselves.
$(BUILD)/units/obj/link/link_map.o: COMPILE_UNIT += -D_r_debug=unit_r_debug -Ddl_iterate_phdr=unit_dl_iterate_phdr
$(BUILD)/units/obj/base/builtins.o: COMPILE_UNIT += -D__ARM_EABI__ $(foreach name,memcpy memset strlen strcmp,-D$(name)=shim_$(name))

.SECONDEXPANSION:
$(UNITS): $(BUILD)/units/%: tests/units/%.c $$(addprefix $(BUILD)/units/obj/,$$(addsuffix .o,$$(PARTS_OF_$$*))) \
        $(BUILD)/units/shim.a
	$(call STEP,CC $<)$(COMPILE_UNIT) -o $@ $< $(filter %.o %.a,$^) $(LDFLAGS) -pthread

$(REPLAYS): $(BUILD)/units/fuzz/%: tests/fuzz/%.c tests/units/replay.c $(BUILD)/units/shim.a
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_UNIT) -o $@ $< tests/units/replay.c $(BUILD)/units/shim.a $(LDFLAGS)

-include $(wildcard $(BUILD)/units/obj/*/*.d) $(UNITS:=.d) $(REPLAYS:=.d)

.PHONY: units
units: $(UNITS) $(REPLAYS)
