# nosigpipe: `make help` lists what can be made.

VERSION := 0.1.0

CC      ?= cc
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# The object binds to whichever libc the host has: it is linked with none, and what would need
# one (stack protector, sanitizers of the caller's CFLAGS) is off.
SHIM_CFLAGS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden -fno-stack-protector \
               -fasynchronous-unwind-tables -fno-sanitize=all -fno-builtin -U_FORTIFY_SOURCE $(WARNINGS)
SHIM_LDFLAGS := -shared -nostdlib -fno-sanitize=all -Wl,-soname,libnosigpipe.so -Wl,-z,defs \
                -Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,initfirst -Wl,--hash-style=both

SHIM_SOURCES := $(sort $(wildcard shim/*.c))
SHIM_OBJECTS := $(SHIM_SOURCES:shim/%.c=build/obj/%.o)
SCRIPTS := $(patsubst scripts/%,build/%,$(sort $(wildcard scripts/nosigpipe*)))
PAGES := $(notdir $(sort $(wildcard man/*)))
PRELOADS := $(patsubst tests/programs/%.c,build/tests/%.so,$(sort $(wildcard tests/programs/preload_*.c)))
PROGRAMS := $(patsubst tests/programs/%.c,build/tests/%,$(sort \
                $(filter-out tests/programs/preload_%,$(wildcard tests/programs/*.c))))

.DELETE_ON_ERROR:
.PHONY: all help clean demo check check-suites lint install uninstall programs

all: build/libnosigpipe.so $(SCRIPTS) ## the shared object and the scripts, in build/ (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build/libnosigpipe.so: $(SHIM_OBJECTS) build/obj/exports.map
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHIM_LDFLAGS) -Wl,--version-script=build/obj/exports.map \
	    -o $@ $(SHIM_OBJECTS)

build/obj/%.o: shim/%.c build/obj/flags
	$(CC) $(CPPFLAGS) $(CFLAGS) $(SHIM_CFLAGS) -MMD -MP -c -o $@ $<

-include $(SHIM_OBJECTS:.o=.d)

# Exactly the calls of the table are exported.
build/obj/exports.map: shim/calls.def build/obj/flags
	{ echo '{ global:'; sed -n 's/^CALL([^,]*, \([^,]*\),.*/    \1;/p' $<; echo 'local: *; };'; } >$@

# Changes only when the version, the compiler or its flags do; then everything is made anew.
BUILT_WITH := $(VERSION) $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(SHIM_CFLAGS) $(SHIM_LDFLAGS)
ifneq ($(file <build/obj/flags),$(BUILT_WITH))
.PHONY: build/obj/flags
endif
build/obj/flags:
	@mkdir -p build/obj build/tests
	@echo '$(BUILT_WITH)' >$@

# The keys of the one table with their values, as the launcher wants them: "mode=catch ignore;..."
LIST_OPTIONS := sed -n -e 's/^CHOICE(\([a-z]*\),.*"\(.*\)")$$/\1=\2;/p' \
                       -e 's/^NUMBER(\([a-z]*\),.*, \([0-9]*\))$$/\1=0 to \2;/p' shim/options.def

# The parts of a program that is longer than a file should be go where a script says @PROGRAM@.
build/nosigpipe-audit: $(wildcard scripts/audit/*.awk)
$(SCRIPTS): build/%: scripts/% shim/options.def build/obj/flags
	sed -e "s/@VERSION@/$(VERSION)/; s|@OPTIONS@|$$($(LIST_OPTIONS) | tr -d '\n')|" \
	    -e '/^@PROGRAM@$$/ {' $(patsubst %,-e 'r %',$(filter %.awk,$^)) -e d -e '}' $< >$@
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

check-suites: all programs ## runs suites of other projects with and without the shim, and compares
	@tests/suites.sh

lint: ## clang-format, clang-tidy, shellcheck, and no warning from gcc and clang
	@tests/lint.sh

install: all ## installs below $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)
	install -m 755 build/libnosigpipe.so $(DESTDIR)$(LIBDIR)/libnosigpipe.so.new
	mv $(DESTDIR)$(LIBDIR)/libnosigpipe.so.new $(DESTDIR)$(LIBDIR)/libnosigpipe.so
	install -m 755 $(SCRIPTS) $(DESTDIR)$(BINDIR)
	for page in $(PAGES); do \
	    install -D -m 644 man/$$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page || exit; \
	done

uninstall: ## removes what install put there
	rm -f $(DESTDIR)$(LIBDIR)/libnosigpipe.so $(patsubst build/%,$(DESTDIR)$(BINDIR)/%,$(SCRIPTS)) \
	    $(foreach page,$(PAGES),$(DESTDIR)$(MANDIR)/man$(lastword $(subst ., ,$(page)))/$(page))
