# The fuzz targets: each tests/fuzz/NAME.c is linked with the files of the shim that it needs, whose
# system calls go to the target (kernel.h). A file that defines functions of libc cannot be among them.

FUZZ_CC := clang
FUZZ_SECONDS ?= 60
FUZZ_CFLAGS := -g -O1 -std=c11 -D_GNU_SOURCE -iquote shim -fno-omit-frame-pointer $(WARNINGS) \
               -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := base/file_status base/safe_read base/strbuf config/auxiliary_vector config/options report/backtrace report/counters report/current_call report/fd_info \
                report/fields report/otel report/record report/requested report/sink report/storm unwind/cfi \
                unwind/arm_sigreturn unwind/exidx unwind/dwarf_expr unwind/dwarf_reader unwind/eh_frame unwind/elf_image unwind/proc_maps unwind/symbolize unwind/unwind \
                link/elf_lookup
FUZZ_OBJECTS := $(FUZZ_SOURCES:%=$(BUILD)/fuzz/obj/%.o)
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))

$(BUILD)/fuzz/obj/%.o: shim/%.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(FUZZ_CC) $(FUZZ_CFLAGS) -fno-builtin -fsanitize=fuzzer-no-link -include tests/fuzz/kernel.h -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/shim.a: $(FUZZ_OBJECTS)
	@rm -f $@
	$(call STEP,AR $@)ar rc $@ $^

$(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/fuzz/shim.a
	$(call STEP,CC $<)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $< $(BUILD)/fuzz/shim.a

-include $(FUZZ_OBJECTS:.o=.d) $(FUZZ_TARGETS:=.d)

.PHONY: fuzz fuzz-targets check-sanitizers
fuzz-targets: $(FUZZ_TARGETS) $(BUILD)/tests/differential

fuzz: all ## fuzzes parsers, readers and scripts: FUZZ_SECONDS=60 each, FUZZ_ONLY=NAME for one
	@tests/fuzz/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_ONLY)

check-sanitizers: tested ## runs the shim's parts under ASan, UBSan and TSan, and the shim under UBSan
	@tests/sanitizers/sanitizers.sh
