/* READ and ANSWERS: the hands look things up for the Node layer. Nothing here changes anything. */
#pragma once
#include "wire.h"

/* Answers one READ; returns 0 or -1 (EPROTO: the message is malformed). */
int reads_answer(const struct message *message, struct frame *answers);
