# The parts of the shim, each by itself: tests/units/NAME.c, and the fuzz targets on the cases that
# are kept of them (replay.c in libFuzzer's place), with whichever compiler makes the rest. As in
# tests/fuzz/rules.mk, system calls go to the program, and what it defines itself is not taken from
# the archive. Parts that are not in the archive are listed here, for the one unit that tries them.

PARTS_OF_children := children early
PARTS_OF_dispositions := disposition entries
PARTS_OF_event := event
PARTS_OF_guard_handlers := disposition entries guard origin kernel_action
PARTS_OF_guard_sandbox := $(PARTS_OF_guard_handlers)
PARTS_OF_guard_signals := $(PARTS_OF_guard_handlers)
PARTS_OF_guard_start := $(PARTS_OF_guard_handlers)
PARTS_OF_helper := $(patsubst shim/%.c,%,$(filter-out shim/helper/entry.c,$(sort $(wildcard shim/helper/*.c))))
PARTS_OF_helper_command := $(PARTS_OF_helper)
PARTS_OF_interrupted := interrupted
PARTS_OF_loaded := loaded
PARTS_OF_masks := disposition entries early guard origin kernel_action masks stand_in thread_mask
PARTS_OF_masks_read := $(PARTS_OF_masks)
PARTS_OF_memory := memory
PARTS_OF_next := next
PARTS_OF_noting := noting
PARTS_OF_passed := early sends writes
PARTS_OF_probe := next probe
PARTS_OF_quiet_writes := quiet_writes
PARTS_OF_raw := disposition entries early guard origin kernel_action masks raw raw_action sent signals stand_in thread_mask
PARTS_OF_raw_calls := $(PARTS_OF_raw)
PARTS_OF_release := release
PARTS_OF_routes := routes
PARTS_OF_sandbox := sandbox
PARTS_OF_self := self
PARTS_OF_sent := disposition entries early guard origin kernel_action sent stand_in thread_mask
PARTS_OF_sent_others := $(PARTS_OF_sent)
PARTS_OF_signals := disposition entries early guard origin kernel_action masks signals sigvec stand_in thread_mask
PARTS_OF_signals_musl := disposition entries early guard origin kernel_action masks stand_in thread_mask
PARTS_OF_signals_passed := $(PARTS_OF_signals)
PARTS_OF_sockets := early sockets
PARTS_OF_stand_in := disposition entries kernel_action stand_in
PARTS_OF_stand_in_threads := $(PARTS_OF_stand_in)
PARTS_OF_thread_mask := $(PARTS_OF_masks)
PARTS_OF_threads := threads
PARTS_OF_waits := early waits

UNIT_OBJECTS := $(FUZZ_SOURCES:%=$(BUILD)/units/obj/%.o)
UNITS := $(patsubst tests/units/%.c,$(BUILD)/units/%,$(filter-out tests/units/replay.c,$(sort $(wildcard tests/units/*.c))))
REPLAYS := $(patsubst tests/fuzz/%.c,$(BUILD)/units/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
COMPILE_UNIT = $(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -fno-builtin -MMD -MP

$(BUILD)/units/obj/%.o: shim/%.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_UNIT) -include tests/fuzz/kernel.h -c -o $@ $<

$(BUILD)/units/shim.a: $(UNIT_OBJECTS)
	@rm -f $@
	$(call STEP,AR $@)ar rc $@ $^

$(BUILD)/units/obj/helper/%.o: COMPILE_UNIT += -DNOSIGPIPE_VERSION=$(VERSION)

# Under other names: those of libc are the compiler's and the dynamic linker's own.
$(BUILD)/units/obj/loaded.o: COMPILE_UNIT += -D_r_debug=unit_r_debug -Ddl_iterate_phdr=unit_dl_iterate_phdr
$(BUILD)/units/obj/memory.o: COMPILE_UNIT += -Dmemcpy=shim_memcpy -Dmemset=shim_memset

.SECONDEXPANSION:
$(UNITS): $(BUILD)/units/%: tests/units/%.c $$(addprefix $(BUILD)/units/obj/,$$(addsuffix .o,$$(PARTS_OF_$$*))) \
        $(BUILD)/units/shim.a
	$(call STEP,CC $<)$(COMPILE_UNIT) -o $@ $< $(filter %.o %.a,$^) $(LDFLAGS) -pthread

$(REPLAYS): $(BUILD)/units/fuzz/%: tests/fuzz/%.c tests/units/replay.c $(BUILD)/units/shim.a
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(COMPILE_UNIT) -o $@ $< tests/units/replay.c $(BUILD)/units/shim.a $(LDFLAGS)

-include $(wildcard $(BUILD)/units/obj/*.d $(BUILD)/units/obj/helper/*.d) $(UNITS:=.d) $(REPLAYS:=.d)

.PHONY: units
units: $(UNITS) $(REPLAYS)
