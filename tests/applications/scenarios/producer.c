/*
 * producer TOPIC [KEY=VALUE]...: sends each line of its standard input as a message, by
 * librdkafka with these settings. At the end of the input it waits until all are delivered, and
 * prints how many were and how many could not be.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MS = 100000 };

static unsigned delivered;
static unsigned failed;

static void require(int condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "producer: %s\n", what);
    exit(EXIT_FAILURE);
}

static void count(rd_kafka_t *instance, const rd_kafka_message_t *message, void *unused)
{
    (void)instance;
    (void)unused;
    if (message->err)
        failed++;
    else
        delivered++;
}

static rd_kafka_t *start(char **settings)
{
    char error[256] = "";
    rd_kafka_conf_t *const conf = rd_kafka_conf_new();
    for (; *settings; settings++) {
        char *const equals = strchr(*settings, '=');
        require(equals != NULL, "a setting is KEY=VALUE");
        *equals = '\0';
        require(rd_kafka_conf_set(conf, *settings, equals + 1, error, sizeof error) ==
                    RD_KAFKA_CONF_OK,
                error);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, count);
    rd_kafka_t *const instance = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    require(instance != NULL, error);
    return instance;
}

int main(int argc, char **argv)
{
    char line[2048];
    require(argc > 1, "usage: producer TOPIC [KEY=VALUE]...");
    rd_kafka_t *const instance = start(argv + 2);
    while (fgets(line, sizeof line, stdin)) {
        const rd_kafka_resp_err_t result = rd_kafka_producev(
            instance, RD_KAFKA_V_TOPIC(argv[1]), RD_KAFKA_V_VALUE(line, strcspn(line, "\n")),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
        require(result == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(result));
        rd_kafka_poll(instance, 0);
    }
    rd_kafka_flush(instance, MOST_MS);
    printf("delivered %u, failed %u\n", delivered, failed);
    rd_kafka_destroy(instance);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
