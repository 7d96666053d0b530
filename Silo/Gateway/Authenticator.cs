using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Which program sends a request: an API key of the file, proved by an HMAC over the request, in a time window, once. A key is a program's credential
/// and carries no authority over funds: what moves them are votes of members' devices, which account and signer verify for themselves. A stolen key
/// can read what its scopes show and hand in drafts that nobody approves.
/// </summary>
public sealed class Authenticator(ApiKeyRing ring, ReplayGuard guard, TimeProvider clock)
{
    private const int MinNonce = 16;
    private const int MaxNonce = 64;

    /// <summary>Stands in for the secret of a key that there is not, so that an unknown key takes the time of a wrong signature.</summary>
    private static readonly KeptMacs _nobodys = new(RandomNumberGenerator.GetBytes(ApiKey.SecretLength));

    private readonly FrozenDictionary<string, (ApiKey Key, KeptMacs Macs)> _keys =
        ring.Keys.ToFrozenDictionary(key => key.Id.Value, key => (key, new KeptMacs(key.Secret)), StringComparer.Ordinal);

    /// <summary>The key that signed this request, or why it is refused.</summary>
    public (ApiKey? Key, Rejection? Rejection) Authenticate(HttpContext http, ReadOnlySpan<byte> body)
    {
        var headers = http.Request.Headers;
        if (headers[RequestSignature.KeyHeader] is not [{ Length: > 0 and <= Name.MaxLength } id])
            return Refuse($"one header {RequestSignature.KeyHeader}", "none or several");
        if (headers[RequestSignature.TimestampHeader] is not [{ } time]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var unixMs))
            return Refuse($"header {RequestSignature.TimestampHeader} in Unix milliseconds", "none or another form");
        if (headers[RequestSignature.NonceHeader] is not [{ Length: >= MinNonce and <= MaxNonce } nonce]
            || nonce.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Refuse($"header {RequestSignature.NonceHeader} of {MinNonce} to {MaxNonce} printable ASCII characters", "none or another form");
        if (headers[RequestSignature.SignatureHeader] is not [{ } signature])
            return Refuse($"one header {RequestSignature.SignatureHeader}", "none or several");

        var at = new Instant(unixMs);
        var now = new Instant(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var (key, macs) = _keys.TryGetValue(id, out var known) ? known : (null, _nobodys);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Span<char> expected = stackalloc char[RequestSignature.Length];
        var mac = macs.Take();
        RequestSignature.Write(expected, mac, id, http.Request.Method, target, at, nonce, headers[IdempotencyKey.Header].ToString(), body);
        macs.Keep(mac);
        if (!CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(signature.AsSpan()), MemoryMarshal.AsBytes(expected)) || key is null)
            return Refuse("a signature of a known key over this request", "an unknown key or another signature");

        // Only what is really signed reaches the window and the guard: nobody else learns the clock or fills the memory.
        if (unixMs < now.UnixMs - RequestSignature.Window.Ms || unixMs > now.UnixMs + RequestSignature.Window.Ms)
            return Refuse($"a timestamp within {RequestSignature.Window.Ms} ms of {now.UnixMs}", $"{unixMs}");
        return guard.See(key.Id, nonce, at + RequestSignature.Window, now) switch
        {
            NonceSight.Fresh => (key, null),
            NonceSight.Replayed => Refuse("a nonce that was not used", "a nonce seen before"),
            NonceSight.Forgotten => Refuse("a later timestamp", "one of a time that was over before the clock was set back"),
            _ => (null, new(RejectionCode.Overloaded, "fewer requests in the time window", "the replay guard is full")),
        };
    }

    private static (ApiKey? Key, Rejection? Rejection) Refuse(string expected, string actual) =>
        (null, new(RejectionCode.NotAllowedCaller, expected, actual));
}
