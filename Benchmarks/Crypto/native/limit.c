/* The C library's own time, without .NET: reads "sign N" or "verify N" from standard input, one per line, does that many operations on
 * changing digests and prints the nanoseconds they took. Declares what it calls, so that the development package is not needed. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct secp256k1_context_struct secp256k1_context;
typedef struct { unsigned char data[64]; } secp256k1_opaque;

extern secp256k1_context *secp256k1_context_create(unsigned int flags);
extern int secp256k1_context_randomize(secp256k1_context *, const unsigned char *seed32);
extern int secp256k1_ec_pubkey_create(const secp256k1_context *, secp256k1_opaque *, const unsigned char *);
extern int secp256k1_ec_pubkey_serialize(const secp256k1_context *, unsigned char *, size_t *, const secp256k1_opaque *, unsigned int);
extern int secp256k1_ec_pubkey_parse(const secp256k1_context *, secp256k1_opaque *, const unsigned char *, size_t);
extern int secp256k1_ecdsa_sign(
    const secp256k1_context *, secp256k1_opaque *, const unsigned char *, const unsigned char *, void *, const void *);
extern int secp256k1_ecdsa_verify(const secp256k1_context *, const secp256k1_opaque *, const unsigned char *, const secp256k1_opaque *);
extern int secp256k1_ecdsa_signature_parse_compact(const secp256k1_context *, secp256k1_opaque *, const unsigned char *);
extern int secp256k1_ecdsa_signature_serialize_compact(const secp256k1_context *, unsigned char *, const secp256k1_opaque *);

#define DIGESTS 256

static unsigned char key[32], public_key[33], digests[DIGESTS][32], signatures[DIGESTS][64];
static secp256k1_context *context;

static int sign_one(int i, unsigned char *out)
{
    secp256k1_opaque signature;
    return secp256k1_ecdsa_sign(context, &signature, digests[i], key, NULL, NULL)
        && secp256k1_ecdsa_signature_serialize_compact(context, out, &signature);
}

static int verify_one(int i)
{
    secp256k1_opaque point, signature;
    return secp256k1_ec_pubkey_parse(context, &point, public_key, sizeof public_key)
        && secp256k1_ecdsa_signature_parse_compact(context, &signature, signatures[i])
        && secp256k1_ecdsa_verify(context, &signature, digests[i], &point);
}

static int prepare(void)
{
    secp256k1_opaque point;
    size_t length = sizeof public_key;
    int i;
    context = secp256k1_context_create(1u | (1u << 8) | (1u << 9));
    memset(key, 0x42, sizeof key);
    if (!context || !secp256k1_context_randomize(context, key) || !secp256k1_ec_pubkey_create(context, &point, key)) return 0;
    if (!secp256k1_ec_pubkey_serialize(context, public_key, &length, &point, 2u | (1u << 8))) return 0;
    for (i = 0; i < DIGESTS; i++) {
        memset(digests[i], i, 32);
        digests[i][0] = 0x5a;
        if (!sign_one(i, signatures[i])) return 0;
    }
    return 1;
}

int main(void)
{
    char operation[16];
    long count, i;
    unsigned char out[64];
    if (!prepare()) return 1;
    while (scanf("%15s %ld", operation, &count) == 2) {
        struct timespec start, end;
        int good = 1, sign = strcmp(operation, "sign") == 0;
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (i = 0; i < count; i++) good &= sign ? sign_one((int)(i % DIGESTS), out) : verify_one((int)(i % DIGESTS));
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (!good) return 1;
        printf("%lld\n", (long long)(end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
        fflush(stdout);
    }
    return 0;
}
