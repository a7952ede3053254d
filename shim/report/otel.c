#include "report/otel.h"

#include <string.h>

void otel_add_head(struct fields *fields, const char *name, const char *text, const char *error)
{
    fields_add_string(fields, ".severity_text", "WARN");
    fields_add_number(fields, ".severity_number", 13);
    fields_add_string(fields, ".event_name", name);
    fields_add_string(fields, ".body", text);
    fields_add_string(fields, ".error.type", error);
}

/* Empty where the conventions have no word for it. */
static const char *transport_of(const char *kind)
{
    static const char transports[][2][8] = {
        {"tcp", "tcp"}, {"tcp6", "tcp"}, {"unix", "unix"}, {"pipe", "pipe"}, {"fifo", "pipe"}};
    for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
        if (strcmp(kind, transports[i][0]) == 0)
            return transports[i][1];
    }
    return "";
}

/* Splits host:port and [host]:port. A path has no port. */
static void add_address(struct fields *fields, const char *key, const char *port_key,
                        const struct address *address, bool is_path)
{
    const char *const text = address->bytes;
    size_t colon = is_path ? 0 : address->size;
    while (colon && text[--colon] != ':')
        ;
    if (colon == 0) {
        fields_add(fields, key, text, address->size);
        return;
    }
    const size_t bracket = *text == '[';
    uint64_t port = 0;
    for (size_t i = colon + 1; i < address->size; i++)
        port = port * 10 + (uint64_t)(text[i] - '0');
    fields_add(fields, key, text + bracket, colon - 2 * bracket);
    fields_add_unsigned(fields, port_key, port);
}

/* A mapped address, ::ffff:192.0.2.1, is one of IPv4. */
static bool is_ipv4(const struct address *address)
{
    for (size_t i = 0; i < address->size; i++) {
        if (address->bytes[i] == '.')
            return true;
    }
    return false;
}

void otel_add_connection(struct fields *fields, const struct fd_info *info)
{
    const char *const transport = transport_of(info->kind);
    const bool is_path = *transport == 'u' || *transport == 'p';
    fields_add_string(fields, ".network.transport", transport);
    if (!is_path && info->local.size)
        fields_add_string(fields, ".network.type", is_ipv4(&info->local) ? "ipv4" : "ipv6");
    add_address(fields, ".network.local.address", ".network.local.port", &info->local, is_path);
    add_address(fields, ".network.peer.address", ".network.peer.port", &info->peer, is_path);
}
