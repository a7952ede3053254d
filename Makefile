# nosigpipe: `make help` lists what can be made.

VERSION := 0.1.0

# --- What is yours to set

# CROSS=aarch64-linux-gnu and the like make the library for another CPU, beside the one for this CPU.
CROSS   ?=
BUILD   := build$(CROSS:%=/%)
ifneq ($(CROSS),)
CC      := $(CROSS)-gcc
endif
CC      ?= cc
# For `make install-strip`.
STRIP   ?= $(CROSS:%=%-)strip
CFLAGS  ?= -Os -g
# Nobody's build stops at a warning, but those of lint and CI, which set WERROR=1.
WERROR  ?=
# V=1 shows the commands.
V       ?=

# The names of GNU's standards, in small letters, count as well.
PREFIX  ?= $(or $(prefix),/usr/local)
BINDIR  ?= $(or $(bindir),$(PREFIX)/bin)
LIBDIR  ?= $(or $(libdir),$(PREFIX)/lib)
DATADIR ?= $(or $(datadir),$(datarootdir),$(PREFIX)/share)
MANDIR  ?= $(or $(mandir),$(DATADIR)/man)
DOCDIR  ?= $(or $(docdir),$(DATADIR)/doc/nosigpipe)
# Where systemd looks for texts that explain records of the journal (journalctl -x).
CATALOGDIR ?= $(PREFIX)/lib/systemd/catalog
# Where systemd looks for units of packages. What is installed there is not enabled.
UNITDIR ?= $(PREFIX)/lib/systemd/system
# Where zsh looks for completions. Debian's packages have another place (scripts/package/debian/rules).
ZSHDIR  ?= $(DATADIR)/zsh/site-functions

# --- How it is compiled and linked

CPU      := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)

# The library serves any libc, so it is linked with none, and has nothing in it that needs one: no stack
# protector, and no sanitizer of the caller's CFLAGS.
SHIM_CFLAGS := -std=c11 -D_GNU_SOURCE -iquote shim -DNOSIGPIPE_OBJECT -DNOSIGPIPE_VERSION=$(VERSION) \
               -fPIC -fvisibility=hidden -fno-stack-protector -fasynchronous-unwind-tables \
               -fno-sanitize=all -fno-builtin -fno-lto -U_FORTIFY_SOURCE $(WARNINGS)
# Compilers for 32-bit CPUs may set these, by which the headers give libc's calls other names.
SHIM_CFLAGS += -U_TIME_BITS -U_FILE_OFFSET_BITS
# libgcc's outlined atomics ask libc what the CPU can do. tiny and the frame pointer are for size.
SHIM_CFLAGS += $(if $(filter aarch64,$(CPU)),-mno-outline-atomics -mcmodel=tiny -fomit-frame-pointer)
# For size, too: no table behind each function for debuggers of AIX.
SHIM_CFLAGS += $(if $(filter powerpc64le,$(CPU)),-mtraceback=no)
# For size as well. The library passes no struct to others, so gcc 11's change of that is no matter.
SHIM_CFLAGS += $(if $(filter i%86,$(CPU)),-fno-plt -freg-struct-return -Wno-psabi)
# gcc aligns arrays of x86 to more than the ABI asks for. clang does not, and knows no such flag.
SHIM_CFLAGS += $(if $(filter x86_64 i%86,$(CPU)),$(shell $(CC) -malign-data=abi -E -x c /dev/null >/dev/null 2>&1 && echo -malign-data=abi))
# For size, too: calls within 64 KiB, which ld checks, and no floating-point registers in place of the stack.
SHIM_CFLAGS += $(if $(filter s390x,$(CPU)),-msmall-exec -msoft-float -mtune=z14)

# initfirst: its constructor runs before all others. nodelete: the kernel keeps the guard's address.
# noseparate-code: a process maps and touches fewer pages when it starts.
SHIM_LDFLAGS := -shared -nostdlib -fno-sanitize=all -Wl,-soname,libnosigpipe.so -Wl,--hash-style=gnu \
                -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,initfirst -Wl,-z,nodelete \
                -Wl,-z,noseparate-code -Wl,-e,_start
# On x86-64 ld's own layout has a segment less, and is as small.
SHIM_LDFLAGS += $(if $(filter x86_64,$(CPU)),,-Wl,-T,shim/layout.ld)

# The helper needs no loader: at whichever address the kernel maps it, nothing has to be relocated.
HELPER_LDFLAGS := -static -nostdlib -fno-sanitize=all -Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text -Wl,-z,defs \
                  -Wl,-z,now -Wl,-z,norelro -Wl,-z,noexecstack -Wl,-z,noseparate-code

# The resident is without unwind tables, which no unwinder would find. The app's vector registers are live in
# its hook (x86-64 alone has one). Sections of their own let ld drop what is not used.
RESIDENT_CFLAGS := -DNOSIGPIPE_RESIDENT $(if $(filter x86_64,$(CPU)),-mgeneral-regs-only) -ffunction-sections -fdata-sections \
                   -fno-asynchronous-unwind-tables -fno-unwind-tables

# Only code that can have a frame of the app's below it, or of the kernel's above, needs .eh_frame.
UNWOUND := interpose/% signal/% report/event base/default_action base/kernel_sigaction
TABLES_HERE = $(if $(filter $(UNWOUND),$*),,-fno-asynchronous-unwind-tables -fno-unwind-tables)

# Debug information names the sources from here on, so the library does not depend on the folder that it
# is made in. Nor do FLAGS, below.
SAME_ANYWHERE = '-ffile-prefix-map=$(CURDIR)=.'

# A step prints one short line, or its commands with V=1, or nothing with make -s.
STEP  = $(if $(filter-out 0,$(V)),,$(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),@,@echo '$(1)';))
QUIET = $(if $(filter-out 0,$(V)),,@)

# --- What is made

# Code is unwound by .eh_frame, on ARM by .ARM.exidx.
OTHER_UNWINDING := $(addprefix shim/unwind/,$(if $(filter arm%,$(CPU)),cfi.c dwarf_expr.c dwarf_reader.c eh_frame.c unwind.c, \
    arm_sigreturn.c exidx.c unwind_arm.c))
SHIM_SOURCES := $(filter-out shim/helper/% shim/resident/% shim/attach/% $(OTHER_UNWINDING),$(sort $(wildcard shim/*.c shim/*/*.c)))
# A start writes to one page of variables. So those that it does not write to, the large ones, come last.
LAST := $(addprefix shim/interpose/,noted_writes.c observed_writes.c rwf_nosignal.c pthread_create.c) shim/report/storm.c shim/report/counters.c
SHIM_OBJECTS := $(patsubst shim/%.c,$(BUILD)/obj/%.o,$(filter-out $(LAST),$(SHIM_SOURCES)) $(LAST))
HELPER_OBJECTS := $(patsubst shim/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard shim/helper/*.c)))
# The resident has a guard of its own, from the same sources but those that need libc.
RESIDENT_SOURCES := $(filter-out shim/base/asan.c shim/link/call_names.c shim/link/next.c shim/link/link_map.c \
    shim/signal/hidden_mask.c shim/signal/guard_window.c shim/config/environment.c shim/config/host_options.c $(OTHER_UNWINDING), \
    $(sort $(wildcard $(addprefix shim/,base/*.c config/*.c link/*.c unwind/*.c report/*.c signal/*.c resident/*.c))))
RESIDENT_OBJECTS := $(patsubst shim/%.c,$(BUILD)/obj/resident/%.o,$(RESIDENT_SOURCES))
# Processes that run are visited on these CPUs alone (shim/README.md).
VISITS := $(if $(filter x86_64 i%86,$(CPU)),answer complete moment processes stop task visit)
ATTACH_OBJECTS := $(patsubst %,$(BUILD)/obj/%.o,$(sort $(addprefix attach/,hook image install main procfs run target thread $(VISITS))) \
    helper/entry helper/descriptors helper/message helper/path_status base/file_status base/strbuf base/builtins base/kernel_sigaction config/auxiliary_vector config/options)
ATTACHES := $(if $(filter x86_64 i%86 aarch64 riscv64,$(CPU)),$(BUILD)/nosigpipe-attach)
SCRIPTS := $(patsubst scripts/%,$(BUILD)/%,$(sort $(wildcard scripts/nosigpipe*)))
COMMANDS := $(notdir $(SCRIPTS)) nosigpipe-entrypoint
FLEET_UNITS := $(sort $(wildcard scripts/fleet/*.service scripts/fleet/*.timer))
FLEET_EXAMPLES := $(sort $(filter-out $(FLEET_UNITS),$(wildcard scripts/fleet/*)))
EXAMPLES := $(sort $(shell find scripts/examples -type f))
COMPLETIONS := $(patsubst scripts/%,$(BUILD)/%,$(sort $(wildcard scripts/completions/*)))
PAGES := $(notdir $(sort $(wildcard man/*)))
SBOM := $(BUILD)/nosigpipe-$(VERSION).spdx.json

.DELETE_ON_ERROR:
.PHONY: all help clean install install-strip uninstall installcheck dist deb rpm pkgbuild

all: $(BUILD)/libnosigpipe.so $(BUILD)/ld-nosigpipe.so $(ATTACHES) $(COMMANDS:%=$(BUILD)/%) $(COMPLETIONS) $(SBOM) ## the library and the commands, in build/ (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

clean: ## removes build/
	$(QUIET)rm -rf $(BUILD)

# --- The library and the helper

$(BUILD)/libnosigpipe.so: $(SHIM_OBJECTS) $(BUILD)/obj/exports.map shim/layout.ld
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(SHIM_LDFLAGS) -Wl,--version-script=$(BUILD)/obj/exports.map \
	    -o $@ $(SHIM_OBJECTS)

# The sources name what only glibc's headers declare. What is built serves musl as well.
GLIBC_HEADERS = $(shell echo '#include <features.h>' | $(CC) $(CPPFLAGS) $(CFLAGS) -E -dM -x c - 2>/dev/null | grep -w __GLIBC__)
$(BUILD)/obj/headers: $(BUILD)/obj/flags
	$(if $(GLIBC_HEADERS),,$(error '$(CC)' finds no headers of glibc (libc6-dev), which the build needs; the object then serves musl as well))
	@touch $@

$(BUILD)/obj/%.o: shim/%.c $(BUILD)/obj/flags | $(BUILD)/obj/headers
	$(call STEP,CC $<)$(CC) $(CPPFLAGS) $(CFLAGS) $(SHIM_CFLAGS) $(TABLES_HERE) $(SAME_ANYWHERE) -MMD -MP -c -o $@ $<

$(BUILD)/nosigpipe-entrypoint: $(HELPER_OBJECTS) $(BUILD)/obj/base/file_status.o $(BUILD)/obj/base/strbuf.o $(BUILD)/obj/base/builtins.o
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(HELPER_LDFLAGS) -o $@ $^

# --- The resident, and what puts it into a process

$(BUILD)/obj/resident/%.o: shim/%.c $(BUILD)/obj/flags | $(BUILD)/obj/headers
	$(call STEP,CC $<)$(CC) $(CPPFLAGS) $(CFLAGS) $(SHIM_CFLAGS) $(RESIDENT_CFLAGS) $(SAME_ANYWHERE) -MMD -MP -c -o $@ $<

$(BUILD)/ld-nosigpipe.so: $(RESIDENT_OBJECTS)
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(HELPER_LDFLAGS) -Wl,--gc-sections -Wl,-s -Wl,-soname,ld-nosigpipe.so -o $@ $^

# The assembler looks for the file that it includes there.
$(BUILD)/obj/attach/image.o: override SHIM_CFLAGS += -Wa,-I,$(BUILD)
$(BUILD)/obj/attach/image.o: $(BUILD)/ld-nosigpipe.so

$(BUILD)/nosigpipe-attach: $(ATTACH_OBJECTS)
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(HELPER_LDFLAGS) -o $@ $^

-include $(SHIM_OBJECTS:.o=.d) $(HELPER_OBJECTS:.o=.d) $(RESIDENT_OBJECTS:.o=.d) $(ATTACH_OBJECTS:.o=.d)

# The versions of exported names (link/symbol_versions.h), the oldest first: a program that refers to no
# version gets that. All other exported names have none.
$(BUILD)/obj/exports.map: shim/calls.def shim/link/symbol_versions.h $(BUILD)/obj/flags
	$(call STEP,GEN $@)$(CC) $(CPPFLAGS) $(CFLAGS) -iquote shim -E -P '-DCALL(...)=' '-DOLD(name, older, newer)=name older newer' -DSAME=OLD \
	    -o $@.in -x c $<
	$(QUIET)awk 'NF { names[$$2]; names[$$3] = names[$$3] " " $$1 ";" } \
	    END { for (version in names) \
	        print "GLIBC_" version " {" (names[version] ? " global:" names[version] " local: old_*;" : "") " };" }' $@.in | \
	    sort -t. -k2n -k3n >$@

# This file changes only with the version, the compiler and its flags, and then everything is made anew.
# But `make install` takes what was built: sudo may have dropped the flags from the environment.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) $(HELPER_LDFLAGS) $(RESIDENT_CFLAGS)
# Whether <sys/sdt.h> is there changes the library (report/usdt.h), and no dependency file shows that.
FLAGS += $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -E -include sys/sdt.h -x c /dev/null >/dev/null 2>&1 && echo sys/sdt.h)
BUILT_WITH := $(file <$(BUILD)/obj/flags)
FLAGS_GIVEN := $(findstring command,$(foreach name,CC CPPFLAGS CFLAGS LDFLAGS,$(origin $(name))))
ifneq ($(firstword $(BUILT_WITH)) $(MAKECMDGOALS:install-strip=install) $(FLAGS_GIVEN),$(VERSION) install )
ifneq ($(BUILT_WITH),$(VERSION) $(FLAGS))
.PHONY: $(BUILD)/obj/flags
endif
endif
$(BUILD)/obj/flags:
	@mkdir -p $(sort $(dir $(SHIM_OBJECTS) $(HELPER_OBJECTS) $(RESIDENT_OBJECTS) $(ATTACH_OBJECTS))) $(BUILD)/tests
	@echo '$(VERSION) $(FLAGS)' >$@

# --- The commands and their completions

# Prints the keys with their values, as the launcher reads them: "mode=catch ignore;..."
LIST_OPTIONS := sed -n -e 's/^CHOICE(\([a-z]*\),.*"\(.*\)")$$/\1=\2;/p' \
                       -e 's/^NUMBER(\([a-z]*\),.*, \([0-9]*\))$$/\1=0 to \2;/p' shim/options.def | tr -d '\n'
# Prints what each key decides, in the same order: "mode=how the signal is kept away;..."
LIST_TEXTS := sed -n 's|^/\* \([a-z]*\): \(.*\) \*/$$|\1=\2;|p' shim/options.def | tr -d '\n'

# The class, byte order and machine in the ELF header of what the compiler makes: "2,1,62".
$(BUILD)/obj/abi: $(BUILD)/obj/flags
	$(QUIET)$(CC) $(CPPFLAGS) $(CFLAGS) -fno-lto -x c -c -o $@.o /dev/null
	$(QUIET)od -An -v -tu1 -N 20 $@.o | tr '\n' ' ' | \
	    awk '{ print $$5 "," $$6 "," ($$6 == 1 ? $$19 + 256 * $$20 : 256 * $$19 + $$20) }' >$@

# make joins the parts of a command into one file, in the order that is given here; main.sh is the last.
LAUNCHER_PARTS := usage keys text quote answer environment options folder library preload elf host_options machine command decide \
    systemd print start attach main
$(BUILD)/obj/nosigpipe.in: $(LAUNCHER_PARTS:%=scripts/nosigpipe/%.sh)
# Some parts of the launcher serve nosigpipe-embed, too.
EMBED_PARTS := nosigpipe-embed/usage nosigpipe/text nosigpipe/folder nosigpipe/elf nosigpipe-embed/check nosigpipe-embed/main
$(BUILD)/obj/nosigpipe-embed.in: $(EMBED_PARTS:%=scripts/%.sh)
HOST_PARTS := $(addprefix nosigpipe/,text quote options keys folder library elf host_options systemd) $(addprefix nosigpipe-host/,words copy preload unit main)
$(BUILD)/obj/nosigpipe-host.in: scripts/nosigpipe-host/usage.sh $(HOST_PARTS:%=scripts/%.sh)
WATCH_PARTS := watch_print watch_files watch_events watch
$(BUILD)/obj/nosigpipe-audit.in: $(addprefix scripts/nosigpipe-audit/,usage.sh output.sh) $(BUILD)/obj/audit_program.sh \
    $(WATCH_PARTS:%=scripts/nosigpipe-audit/%.sh) scripts/nosigpipe-audit/main.sh
# The report shares some parts of the audit, and finds its own folder as the launcher does.
$(BUILD)/obj/nosigpipe-report.in: scripts/nosigpipe-report/usage.sh scripts/nosigpipe-audit/output.sh scripts/nosigpipe/folder.sh \
    $(BUILD)/obj/report_program.sh $(addprefix scripts/nosigpipe-report/,input.sh deaths.sh main.sh)
FIELDS := \# shellcheck disable=SC2016 \# fields of awk
# The awk program of a command is a shell variable, and its part for odd text is another, for --watch.
$(BUILD)/obj/audit_program.sh: $(sort $(wildcard scripts/nosigpipe-audit/*.awk))
$(BUILD)/obj/report_program.sh: $(sort $(wildcard scripts/nosigpipe-report/*.awk)) scripts/nosigpipe-audit/text.awk
$(BUILD)/obj/audit_program.sh $(BUILD)/obj/report_program.sh: $(BUILD)/obj/flags
	$(QUIET){ printf '%s\n' "$(FIELDS)" "clean='"; cat $(filter %/text.awk,$^); \
	    printf "'\n%s\nprogram=\$$clean'\n" "$(FIELDS)"; cat $(filter-out %/text.awk,$(filter %.awk,$^)); echo "'"; } >$@

FILL_IN = sed -e "s/@VERSION@/$(VERSION)/; s/@ABI@/$$(cat $(BUILD)/obj/abi)/" \
              -e "s|@OPTIONS@|$$($(LIST_OPTIONS))|" -e "s|@TEXTS@|$$($(LIST_TEXTS))|"

# Only `make install` knows where the library will be, and replaces @LIBDIR@. A command in build/ finds
# the library in its own folder.
$(SCRIPTS:$(BUILD)/%=$(BUILD)/obj/%.in): shim/options.def $(BUILD)/obj/abi
	$(QUIET)cat $(filter %.sh,$^) | $(FILL_IN) >$@
	@chmod 755 $@

$(SCRIPTS): $(BUILD)/%: $(BUILD)/obj/%.in
	$(call STEP,GEN $@)sed 's|@LIBDIR@|build|g' $< >$@
	@chmod 755 $@

$(COMPLETIONS): $(BUILD)/completions/%: scripts/completions/% shim/options.def $(BUILD)/obj/abi
	@mkdir -p $(@D)
	$(call STEP,GEN $@)$(FILL_IN) $< >$@

# --- Installing and packages

# What is listed there. A folder is newer when a file in it has gone. wildcard drops the words of a name with a space.
LISTED := $(wildcard Makefile LICENSE *.md $(shell find shim man scripts 2>/dev/null))
PROGRAMS_MADE := $(BUILD)/libnosigpipe.so $(BUILD)/ld-nosigpipe.so $(ATTACHES) $(BUILD)/nosigpipe-entrypoint
$(SBOM): $(PROGRAMS_MADE) $(LISTED) $(BUILD)/obj/flags
	$(QUIET)scripts/package/sbom.sh $(VERSION) '$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))' $(MAKE_VERSION) $(PROGRAMS_MADE) >$@

.PHONY: sbom
sbom: $(SBOM) ## a bill of materials, build/nosigpipe-VERSION.spdx.json (SPDX 2.3)

# The files to install, as FILE:PLACE. bash and fish look for completions by the name of the command.
INSTALLED = $(foreach file,$(BUILD)/libnosigpipe.so $(BUILD)/ld-nosigpipe.so $(ATTACHES),$(file):$(LIBDIR)/$(notdir $(file)))
OTHERS = $(foreach name,$(notdir $(SCRIPTS)),$(BUILD)/obj/$(name).in:$(BINDIR)/$(name)) \
    $(BUILD)/nosigpipe-entrypoint:$(BINDIR)/nosigpipe-entrypoint $(SBOM):$(DOCDIR)/nosigpipe.spdx.json \
    $(foreach page,$(PAGES),man/$(page):$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(page)) \
    $(foreach file,$(EXAMPLES),$(file):$(DOCDIR)/$(file:scripts/%=%)) \
    $(foreach name,$(COMMANDS), \
        $(BUILD)/completions/nosigpipe.bash:$(DATADIR)/bash-completion/completions/$(name) \
        $(BUILD)/completions/nosigpipe.fish:$(DATADIR)/fish/vendor_completions.d/$(name).fish) \
    $(BUILD)/completions/_nosigpipe:$(ZSHDIR)/_nosigpipe \
    scripts/journal/nosigpipe.catalog:$(CATALOGDIR)/nosigpipe.catalog \
    $(foreach file,$(FLEET_UNITS),$(file):$(UNITDIR)/$(notdir $(file))) \
    $(foreach file,$(FLEET_EXAMPLES),$(file):$(DOCDIR)/examples/fleet/$(notdir $(file)))
# With CROSS and no DESTDIR, only what goes into LIBDIR is installed, and only to a place that the user names: the
# commands, and the library in the usual place, are those of this system.
INSTALLED += $(if $(CROSS),$(if $(DESTDIR),$(OTHERS)),$(OTHERS))
PUT_OR_REMOVE = STRIP='$(STRIP)' scripts/package/install.sh $@ "$(DESTDIR)" "$(LIBDIR)" $(INSTALLED)
ifneq ($(CROSS),)
ifeq ($(DESTDIR)$(libdir)$(filter-out file,$(origin LIBDIR)),)
PUT_OR_REMOVE = echo "make $@: CROSS=$(CROSS) needs LIBDIR=..., where the library for that CPU goes, or DESTDIR=..." >&2 && false
endif
endif

install: all ## installs below $(DESTDIR)$(PREFIX)
	@$(PUT_OR_REMOVE)

install-strip: all ## the same without debug information
	@$(PUT_OR_REMOVE)

uninstall: ## removes what install put there
	@$(PUT_OR_REMOVE)

installcheck: ## tries what install put there
	@scripts/package/installcheck.sh $(VERSION) "$(DESTDIR)" "$(BINDIR)" $(INSTALLED)

dist: ## the source tarball, build/nosigpipe-VERSION.tar.gz
	@scripts/package/dist.sh nosigpipe-$(VERSION)

deb: dist ## Debian packages, in build/deb
	@scripts/package/deb.sh nosigpipe-$(VERSION) $(VERSION)

rpm: dist ## rpm packages, in build/rpm
	@scripts/package/rpm.sh nosigpipe-$(VERSION) $(VERSION)

pkgbuild: dist ## what makepkg takes for a package of Arch Linux, in build/arch
	@scripts/package/arch.sh nosigpipe-$(VERSION) $(VERSION)

# --- Demo, tests, benchmarks, lint

include tests/tests.mk
