# nosigpipe: `make help` lists what can be made.

VERSION := 0.1.0

CC      ?= cc
CFLAGS  ?= -O2 -g
# GNU's names for them, in small letters, are taken as well.
PREFIX  ?= $(or $(prefix),/usr/local)
BINDIR  ?= $(or $(bindir),$(PREFIX)/bin)
LIBDIR  ?= $(or $(libdir),$(PREFIX)/lib)
DATADIR ?= $(or $(datadir),$(datarootdir),$(PREFIX)/share)
MANDIR  ?= $(or $(mandir),$(DATADIR)/man)
DOCDIR  ?= $(or $(docdir),$(DATADIR)/doc/nosigpipe)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# The object binds to whichever libc the host has: it is linked with none, and what would need
# one (stack protector, sanitizers of the caller's CFLAGS) is off.
SHIM_CFLAGS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-stack-protector \
               -fasynchronous-unwind-tables -fno-sanitize=all -fno-builtin -U_FORTIFY_SOURCE $(WARNINGS)
SHIM_LDFLAGS := -shared -nostdlib -fno-sanitize=all -Wl,-soname,libnosigpipe.so -Wl,-z,defs \
                -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,initfirst -Wl,--hash-style=both

# A process maps and touches fewer pages when it starts.
SHIM_LDFLAGS += -Wl,-z,noseparate-code

SHIM_SOURCES := $(sort $(wildcard shim/*.c))
SHIM_OBJECTS := $(SHIM_SOURCES:shim/%.c=build/obj/%.o)
SCRIPTS := $(patsubst scripts/%,build/%,$(sort $(wildcard scripts/nosigpipe*)))
EXAMPLES := $(sort $(wildcard scripts/examples/*))
PAGES := $(notdir $(sort $(wildcard man/*)))
PRELOADS := $(patsubst tests/programs/%.c,build/tests/%.so,$(sort $(wildcard tests/programs/preload_*.c)))
PROGRAMS := $(patsubst tests/programs/%.c,build/tests/%,$(sort \
                $(filter-out tests/programs/preload_%,$(wildcard tests/programs/*.c))))

.DELETE_ON_ERROR:
.PHONY: all help clean demo check check-containers check-suites lint install uninstall programs

all: build/libnosigpipe.so $(SCRIPTS) ## the shared object and the scripts, in build/ (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build/libnosigpipe.so: $(SHIM_OBJECTS) build/obj/exports.map
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHIM_LDFLAGS) -Wl,--version-script=build/obj/exports.map \
	    -o $@ $(SHIM_OBJECTS)

build/obj/%.o: shim/%.c build/obj/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

-include $(SHIM_OBJECTS:.o=.d)

# Exactly the calls of the table are exported, and the one of sanitizers.c, which is no libc's.
build/obj/exports.map: shim/calls.def shim/sanitizers.c build/obj/flags
	{ echo '{ global: __asan_default_options;'; sed -n 's/^CALL([^,]*, \([^,]*\),.*/    \1;/p' $<; echo 'local: *; };'; } >$@

# Changes only when the version, the compiler or its flags do; then everything is made anew. But
# `sudo make install` may not have the environment that `make` had: it takes what was built.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(SHIM_CFLAGS) $(SHIM_LDFLAGS)
BUILT_WITH := $(file <build/obj/flags)
FLAGS_GIVEN := $(findstring command,$(foreach name,CC CPPFLAGS CFLAGS LDFLAGS,$(origin $(name))))
ifneq ($(firstword $(BUILT_WITH)) $(MAKECMDGOALS) $(FLAGS_GIVEN),$(VERSION) install )
ifneq ($(BUILT_WITH),$(VERSION) $(FLAGS))
.PHONY: build/obj/flags
endif
endif
build/obj/flags:
	@mkdir -p build/obj build/tests
	@echo '$(VERSION) $(FLAGS)' >$@

# The keys of the one table with their values, as the launcher wants them: "mode=catch ignore;..."
LIST_OPTIONS := sed -n -e 's/^CHOICE(\([a-z]*\),.*"\(.*\)")$$/\1=\2;/p' \
                       -e 's/^NUMBER(\([a-z]*\),.*, \([0-9]*\))$$/\1=0 to \2;/p' shim/options.def

# Class, byte order and machine of what the compiler makes, as the ELF header has them: "2,1,62".
build/obj/abi: build/obj/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) -fno-lto -x c -c -o $@.o /dev/null
	od -An -v -tu1 -N 20 $@.o | tr '\n' ' ' | \
	    awk '{ print $$5 "," $$6 "," ($$6 == 1 ? $$19 + 256 * $$20 : 256 * $$19 + $$20) }' >$@

# The parts of a program that is longer than a file should be go where a script says @PROGRAM@. What
# says @LIBDIR@ learns only from install where the object is: `build` stands for "beside the script".
build/obj/nosigpipe.in: $(sort $(wildcard scripts/launcher/*.sh))
build/obj/nosigpipe-audit.in: $(wildcard scripts/audit/*.awk)
$(SCRIPTS:build/%=build/obj/%.in): build/obj/%.in: scripts/% shim/options.def build/obj/abi
	sed -e '/^@PROGRAM@$$/ {' $(patsubst %,-e 'r %',$(filter %.awk %.sh,$^)) -e d -e '}' $< | \
	    sed -e "s/@VERSION@/$(VERSION)/; s/@ABI@/$$(cat build/obj/abi)/" \
	        -e "s|@OPTIONS@|$$($(LIST_OPTIONS) | tr -d '\n')|" >$@
	chmod 755 $@

$(SCRIPTS): build/%: build/obj/%.in
	sed 's|@LIBDIR@|build|g' $< >$@
	chmod 755 $@

programs: $(PROGRAMS) $(PRELOADS)

build/tests/preload_%.so: tests/programs/preload_%.c build/obj/flags
	$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -fPIC -shared -MMD -MP -o $@ $< $(LDFLAGS)

build/tests/%: tests/programs/%.c build/obj/flags
	$(CC) $(CFLAGS) -std=c11 -D_GNU_SOURCE $(WARNINGS) -MMD -MP -o $@ $< $(LDFLAGS) -pthread

-include $(PROGRAMS:=.d) $(PRELOADS:.so=.d)

clean: ## removes build/
	rm -rf build

demo: all build/tests/demo_server build/tests/demo_client ## the main job, side by side: a client dies of SIGPIPE, and outlives it
	@tests/demo.sh

check: all programs ## runs the tests; as root, installs the test tools that are missing
	@tests/check.sh

check-containers: all programs ## runs the tests in containers, with podman
	@tests/check.sh tests/containers/*.bats

check-suites: all programs ## runs suites of other projects with and without the shim, and compares
	@tests/suites.sh

lint: ## clang-format, clang-tidy, shellcheck, and no warning from gcc and clang
	@tests/lint.sh

# FILE:PLACE for each. Completions are named for their shell: COMMAND.bash, COMMAND.zsh, COMMAND.fish.
INSTALLED = build/libnosigpipe.so:$(LIBDIR)/libnosigpipe.so \
    $(foreach name,$(notdir $(SCRIPTS)),build/obj/$(name).in:$(BINDIR)/$(name)) \
    $(foreach page,$(PAGES),man/$(page):$(MANDIR)/man$(patsubst .%,%,$(suffix $(page)))/$(page)) \
    $(foreach file,$(EXAMPLES),$(file):$(DOCDIR)/examples/$(notdir $(file)))
INSTALL = scripts/install.sh $@ "$(DESTDIR)" "$(LIBDIR)" $(INSTALLED)

install: all ## installs below $(DESTDIR)$(PREFIX)
	@$(INSTALL)

uninstall: ## removes what install put there
	@$(INSTALL)
