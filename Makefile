# nosigpipe: `make help` lists what can be made.

VERSION := 0.1.0

# What all is made in, and by which compiler: CROSS=aarch64-linux-gnu and the like make the object
# for another CPU, beside the one for this.
CROSS   ?=
BUILD   := build$(CROSS:%=/%)
ifneq ($(CROSS),)
CC      := $(CROSS)-gcc
endif
CC      ?= cc
CFLAGS  ?= -O2 -g
# GNU's names for them, in small letters, are taken as well.
PREFIX  ?= $(or $(prefix),/usr/local)
BINDIR  ?= $(or $(bindir),$(PREFIX)/bin)
LIBDIR  ?= $(or $(libdir),$(PREFIX)/lib)
DATADIR ?= $(or $(datadir),$(datarootdir),$(PREFIX)/share)
MANDIR  ?= $(or $(mandir),$(DATADIR)/man)
DOCDIR  ?= $(or $(docdir),$(DATADIR)/doc/nosigpipe)
# Where zsh looks for completions, but for those of a package of Debian's (scripts/debian/rules).
ZSHDIR  ?= $(DATADIR)/zsh/site-functions

# A step is one short line, or its commands with V=1; nothing where make itself is told to be silent.
V      ?=
STEP   = $(if $(filter-out 0,$(V)),,$(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),@,@echo '$(1)';))
QUIET  = $(if $(filter-out 0,$(V)),,@)

# A warning stops nobody's build; lint and CI set WERROR=1.
WERROR   ?=
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
# The object binds to whichever libc the host has: it is linked with none, and what would need
# one (stack protector, sanitizers of the caller's CFLAGS) is off.
SHIM_CFLAGS := -std=c11 -D_GNU_SOURCE -DNOSIGPIPE_OBJECT -DNOSIGPIPE_VERSION=$(VERSION) -fPIC -fvisibility=hidden -fno-stack-protector \
               -fasynchronous-unwind-tables -fno-sanitize=all -fno-builtin -fno-lto -U_FORTIFY_SOURCE $(WARNINGS)
CPU := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# Without a function of libgcc, which finds out about the CPU by a libc that may not be there.
SHIM_CFLAGS += $(if $(filter aarch64,$(CPU)),-mno-outline-atomics)
# These make it smaller. What gcc 11 has changed for i386 is no concern of an object that has it all inside.
SHIM_CFLAGS += $(if $(filter aarch64,$(CPU)),-mcmodel=tiny -fomit-frame-pointer) $(if $(filter i%86,$(CPU)),-fno-plt -freg-struct-return -Wno-psabi)
SHIM_LDFLAGS := -shared -nostdlib -fno-sanitize=all -Wl,-soname,libnosigpipe.so -Wl,-z,defs \
                -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,initfirst -Wl,--hash-style=gnu
# The kernel keeps the address of the guard: a program that unloads the object must not.
SHIM_LDFLAGS += -Wl,-z,nodelete

# A process maps and touches fewer pages when it starts.
SHIM_LDFLAGS += -Wl,-z,noseparate-code
# ld's own layout does as well on x86-64, with a segment less.
SHIM_LDFLAGS += $(if $(filter x86_64,$(CPU)),,-Wl,-T,shim/layout.ld)

# The helper needs no loader either, and at a random address nothing of it has to be relocated.
HELPER_LDFLAGS := -static -nostdlib -fno-sanitize=all -Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text -Wl,-z,defs \
                  -Wl,-z,now -Wl,-z,norelro -Wl,-z,noexecstack -Wl,-z,noseparate-code

# What every write and send passes is made to be fast, and all else to be small. No table for
# unwinding is made of what never has a frame below the program's code, nor stops the program.
FAST := noting writes sends
LEAVES := asked backtrace broken bytes describe disposition eh_frame expression fields image \
          helper/% interrupted kernel_action loaded maps memory memory_read next noted object options probe record release rules \
          sink start storm symbols tally text unwind
CFLAGS_HERE = $(if $(filter $(FAST),$*),$(CFLAGS),$(CFLAGS:-O2=-Os))
TABLES_HERE = $(if $(filter $(LEAVES),$*),-fno-asynchronous-unwind-tables -fno-unwind-tables)

# The object is the same byte for byte in whichever folder it is made: debug information names the
# sources as below this one. Not among the flags whose change makes all anew.
SAME_ANYWHERE = '-ffile-prefix-map=$(CURDIR)=.'

SHIM_SOURCES := $(sort $(wildcard shim/*.c))
# Last are the variables that take pages of their own, so that a start writes to one page alone.
SHIM_OBJECTS := $(patsubst shim/%.c,$(BUILD)/obj/%.o,$(filter-out shim/tally.c,$(SHIM_SOURCES)) shim/tally.c)
HELPER_OBJECTS := $(patsubst shim/%.c,$(BUILD)/obj/%.o,$(sort $(wildcard shim/helper/*.c)))
SCRIPTS := $(patsubst scripts/%,$(BUILD)/%,$(sort $(wildcard scripts/nosigpipe*)))
COMMANDS := $(notdir $(SCRIPTS)) nosigpipe-entrypoint
EXAMPLES := $(sort $(wildcard scripts/examples/*))
COMPLETIONS := $(patsubst scripts/%,$(BUILD)/%,$(sort $(wildcard scripts/completions/*)))
PAGES := $(notdir $(sort $(wildcard man/*)))
PRELOADS := $(patsubst tests/programs/%.c,$(BUILD)/tests/%.so,$(sort $(wildcard tests/programs/preload_*.c)))
PROGRAMS := $(patsubst tests/programs/%.c,$(BUILD)/tests/%,$(sort \
                $(filter-out tests/programs/preload_%,$(wildcard tests/programs/*.c))))

.DELETE_ON_ERROR:
.PHONY: all help clean demo smoke check check-newcomer check-containers check-programs check-suites lint install uninstall programs

all: $(BUILD)/libnosigpipe.so $(COMMANDS:%=$(BUILD)/%) $(COMPLETIONS) ## the shared object and the commands, in build/ (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BUILD)/libnosigpipe.so: $(SHIM_OBJECTS) $(BUILD)/obj/exports.map shim/layout.ld
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(SHIM_LDFLAGS) -Wl,--version-script=$(BUILD)/obj/exports.map \
	    -o $@ $(SHIM_OBJECTS)

# The sources name what glibc's headers declare; musl's have less. The object serves both libraries.
GLIBC_HEADERS = $(shell echo '#include <features.h>' | $(CC) $(CPPFLAGS) $(CFLAGS) -E -dM -x c - 2>/dev/null | grep -w __GLIBC__)
$(BUILD)/obj/headers: $(BUILD)/obj/flags
	$(if $(GLIBC_HEADERS),,$(error '$(CC)' finds no headers of glibc (libc6-dev), which the build needs; the object then serves musl as well))
	@touch $@

$(BUILD)/obj/%.o: shim/%.c $(BUILD)/obj/flags | $(BUILD)/obj/headers
	$(call STEP,CC $<)$(CC) $(CPPFLAGS) $(CFLAGS_HERE) $(SHIM_CFLAGS) $(TABLES_HERE) $(SAME_ANYWHERE) -MMD -MP -c -o $@ $<

$(BUILD)/nosigpipe-entrypoint: $(HELPER_OBJECTS) $(BUILD)/obj/text.o $(BUILD)/obj/memory.o
	$(call STEP,LD $@)$(CC) $(CFLAGS) $(SAME_ANYWHERE) $(LDFLAGS) $(HELPER_LDFLAGS) -o $@ $^

-include $(SHIM_OBJECTS:.o=.d) $(HELPER_OBJECTS:.o=.d)

# The names that have versions, by version, the oldest one first: it is what a program gets that
# refers to none. All else that is marked EXPORT has none, as versions.h says.
$(BUILD)/obj/exports.map: shim/calls.def shim/versions.h $(BUILD)/obj/flags
	$(call STEP,GEN $@)$(CC) $(CPPFLAGS) $(CFLAGS) -E -P '-DCALL(...)=' '-DOLD(name, older, newer)=name older newer' -DSAME=OLD \
	    -o $@.in -x c $<
	$(QUIET)awk 'NF { names[$$2]; names[$$3] = names[$$3] " " $$1 ";" } \
	    END { for (version in names) \
	        print "GLIBC_" version " {" (names[version] ? " global:" names[version] " local: old_*;" : "") " };" }' $@.in | \
	    sort -t. -k2n -k3n >$@

# Changes only when the version, the compiler or its flags do; then everything is made anew. But
# `sudo make install` may not have the environment that `make` had: it takes what was built.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) $(HELPER_LDFLAGS)
# Whether <sys/sdt.h> is there makes another object (probe.h), and no dependency file tells of it.
FLAGS += $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -E -include sys/sdt.h -x c /dev/null >/dev/null 2>&1 && echo sys/sdt.h)
BUILT_WITH := $(file <$(BUILD)/obj/flags)
FLAGS_GIVEN := $(findstring command,$(foreach name,CC CPPFLAGS CFLAGS LDFLAGS,$(origin $(name))))
ifneq ($(firstword $(BUILT_WITH)) $(MAKECMDGOALS) $(FLAGS_GIVEN),$(VERSION) install )
ifneq ($(BUILT_WITH),$(VERSION) $(FLAGS))
.PHONY: $(BUILD)/obj/flags
endif
endif
$(BUILD)/obj/flags:
	@mkdir -p $(BUILD)/obj/helper $(BUILD)/tests
	@echo '$(VERSION) $(FLAGS)' >$@

# The keys of the one table with their values, as the launcher wants them: "mode=catch ignore;..."
LIST_OPTIONS := sed -n -e 's/^CHOICE(\([a-z]*\),.*"\(.*\)")$$/\1=\2;/p' \
                       -e 's/^NUMBER(\([a-z]*\),.*, \([0-9]*\))$$/\1=0 to \2;/p' shim/options.def
# What each of them decides, in the same order: "mode=how the signal is kept away;..."
LIST_TEXTS := sed -n 's|^/\* \([a-z]*\): \(.*\) \*/$$|\1=\2;|p' shim/options.def

# Class, byte order and machine of what the compiler makes, as the ELF header has them: "2,1,62".
$(BUILD)/obj/abi: $(BUILD)/obj/flags
	$(QUIET)$(CC) $(CPPFLAGS) $(CFLAGS) -fno-lto -x c -c -o $@.o /dev/null
	$(QUIET)od -An -v -tu1 -N 20 $@.o | tr '\n' ' ' | \
	    awk '{ print $$5 "," $$6 "," ($$6 == 1 ? $$19 + 256 * $$20 : 256 * $$19 + $$20) }' >$@

# The parts of a program that is longer than a file should be go where a script says @PROGRAM@. What
# says @LIBDIR@ learns only from install where the object is: `build` stands for "beside the script".
$(BUILD)/obj/nosigpipe.in: $(sort $(wildcard scripts/launcher/*.sh))
$(BUILD)/obj/nosigpipe-audit.in: $(wildcard scripts/audit/*.awk)
$(SCRIPTS:$(BUILD)/%=$(BUILD)/obj/%.in): $(BUILD)/obj/%.in: scripts/% shim/options.def $(BUILD)/obj/abi
	$(QUIET)sed -e '/^@PROGRAM@$$/ {' $(patsubst %,-e 'r %',$(filter %.awk %.sh,$^)) -e d -e '}' $< | \
	    sed -e "s/@VERSION@/$(VERSION)/; s/@ABI@/$$(cat $(BUILD)/obj/abi)/" \
	        -e "s|@OPTIONS@|$$($(LIST_OPTIONS) | tr -d '\n')|" -e "s|@TEXTS@|$$($(LIST_TEXTS) | tr -d '\n')|" >$@
	@chmod 755 $@

$(SCRIPTS): $(BUILD)/%: $(BUILD)/obj/%.in
	$(call STEP,GEN $@)sed 's|@LIBDIR@|build|g' $< >$@
	@chmod 755 $@

$(COMPLETIONS): $(BUILD)/completions/%: scripts/completions/% shim/options.def $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,GEN $@)sed -e "s|@OPTIONS@|$$($(LIST_OPTIONS) | tr -d '\n')|" -e "s|@TEXTS@|$$($(LIST_TEXTS) | tr -d '\n')|" $< >$@

programs: $(PROGRAMS) $(PRELOADS)

$(BUILD)/tests/preload_%.so: tests/programs/preload_%.c $(BUILD)/obj/flags
	$(call STEP,CC $<)$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -fPIC -shared -MMD -MP -o $@ $< $(LDFLAGS)

$(BUILD)/tests/%: tests/programs/%.c $(BUILD)/obj/flags
	$(call STEP,CC $<)$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -MMD -MP -o $@ $< $(LDFLAGS) -pthread

-include $(PROGRAMS:=.d) $(PRELOADS:.so=.d)

$(BUILD)/bench/preload_%.so: tests/bench/preload_%.c $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -fPIC -shared -o $@ $< $(LDFLAGS)

$(BUILD)/bench/%: tests/bench/%.c tests/bench/worker.h $(BUILD)/obj/flags
	@mkdir -p $(@D)
	$(call STEP,CC $<)$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -o $@ $< $(LDFLAGS) -pthread

clean: ## removes build/
	$(QUIET)rm -rf $(BUILD)

demo: all $(BUILD)/tests/demo_server $(BUILD)/tests/demo_client ## the main job, side by side: a client dies of SIGPIPE, and outlives it
	@tests/demo.sh

.PHONY: demo-picture
demo-picture: all $(BUILD)/tests/demo_server $(BUILD)/tests/demo_client ## the picture of the demo in README.md, made anew: tests/demo.svg
	@tests/demo_picture.sh >$(BUILD)/demo.svg
	@mv $(BUILD)/demo.svg tests/demo.svg

# What is tested is made when the tools are there, by a make that has not looked before: <sys/sdt.h> is among them.
.PHONY: tested
tested:
	@. tests/tools.sh && install_missing check
	@$(MAKE) --no-print-directory all programs units

check: tested ## runs the tests; as root, installs the test tools that are missing
	@tests/check.sh

check-newcomer: ## what a newcomer does, in bare systems of Debian 12 and 13, as root: README's commands (NEWCOMER='bookworm trixie')
	@tests/newcomer.sh

smoke: all $(BUILD)/tests/matrix ## each call that writes, in each mode, against its oracle: in seconds, with gcc and make alone
	@tests/smoke.sh

check-libc: tested ## runs the tests under musl, glibc 2.31 and glibc 2.41, as root
	@tests/libc.sh

check-arch: tested ## runs the tests of the objects for i386, AArch64 and RISC-V, in QEMU
	@BATS_TEST_TIMEOUT=600 tests/check.sh tests/arch/*.bats

check-systems: tested ## runs the tests in Debian systems of their own, as root
	@tests/check.sh tests/systems/*.bats

check-containers: tested ## runs the tests in containers, with podman
	@tests/check.sh tests/containers/*.bats

check-programs: tested ## runs programs of the distribution with and without the shim, and lists them
	@tests/check_programs.sh

check-suites: tested ## runs suites of other projects with and without the shim, and compares
	@tests/suites.sh

.PHONY: coverage mutants
coverage: tested ## which lines and branches of the shim the tests reach, with gcov and gcovr
	@tests/coverage.sh

mutants: tested ## runs the tests on changed sources, MUTANTS=200 of them, as root; takes hours
	@MUTANTS="$(MUTANTS)" tests/mutants.sh

BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))
BENCH := $(filter-out $(BUILD)/bench/preload_%,$(BENCH)) $(addsuffix .so,$(filter $(BUILD)/bench/preload_%,$(BENCH))) \
    $(BUILD)/tests/cost
.PHONY: bench bench-quick bench-figures

bench: all $(BENCH) ## what the shim costs, against what one could use instead: build/bench.json, bench.svg
	@tests/bench.sh

bench-quick: all $(BENCH) ## the same in under 40 seconds, without the whole programs
	@tests/bench.sh --quick

bench-figures: all $(BENCH) ## the same with more turns, written to tests/bench/RESULTS.md
	@tests/bench.sh --publish

include tests/fuzz/rules.mk
include tests/units/rules.mk

lint: ## clang-format, clang-tidy, cppcheck, gcc -fanalyzer, shellcheck, and no warning from gcc and clang
	@tests/lint.sh

# FILE:PLACE for each. bash and fish look for completions by the name of the command.
INSTALLED = $(BUILD)/libnosigpipe.so:$(LIBDIR)/libnosigpipe.so
OTHERS = $(foreach name,$(notdir $(SCRIPTS)),$(BUILD)/obj/$(name).in:$(BINDIR)/$(name)) \
    $(BUILD)/nosigpipe-entrypoint:$(BINDIR)/nosigpipe-entrypoint \
    $(foreach page,$(PAGES),man/$(page):$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(page)) \
    $(foreach file,$(EXAMPLES),$(file):$(DOCDIR)/examples/$(notdir $(file))) \
    $(foreach name,$(COMMANDS), \
        $(BUILD)/completions/nosigpipe.bash:$(DATADIR)/bash-completion/completions/$(name) \
        $(BUILD)/completions/nosigpipe.fish:$(DATADIR)/fish/vendor_completions.d/$(name).fish) \
    $(BUILD)/completions/_nosigpipe:$(ZSHDIR)/_nosigpipe
# For another CPU the object alone, and to a place that has been named: the commands, and the object in
# the usual place, are those of this system. Below DESTDIR is a system of its own.
INSTALLED += $(if $(CROSS),$(if $(DESTDIR),$(OTHERS)),$(OTHERS))
PUT_OR_REMOVE = scripts/install.sh $@ "$(DESTDIR)" "$(LIBDIR)" $(INSTALLED)
ifneq ($(CROSS),)
ifeq ($(DESTDIR)$(libdir)$(filter-out file,$(origin LIBDIR)),)
PUT_OR_REMOVE = echo "make $@: CROSS=$(CROSS) needs LIBDIR=..., where the object for that CPU goes, or DESTDIR=..." >&2 && false
endif
endif

install: all ## installs below $(DESTDIR)$(PREFIX)
	@$(PUT_OR_REMOVE)

uninstall: ## removes what install put there
	@$(PUT_OR_REMOVE)

.PHONY: installcheck
installcheck: ## tries what install put there
	@scripts/installcheck.sh $(VERSION) "$(DESTDIR)" "$(BINDIR)" $(INSTALLED)

.PHONY: soak
soak: all $(BUILD)/tests/storm ## 10 million broken writes in each mode, beside all else that programs do
	@tests/soak.sh

.PHONY: check-arch check-libc check-systems dist deb
dist: ## the source tarball, build/nosigpipe-VERSION.tar.gz
	@scripts/dist.sh nosigpipe-$(VERSION)

deb: dist ## Debian packages, in build/deb
	@scripts/deb.sh nosigpipe-$(VERSION) $(VERSION)
