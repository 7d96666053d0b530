using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>
/// Requests as the gateway's pipeline has them when a client has signed them: made and signed before, checked while measured, each with a nonce of its
/// own as the replay guard demands.
/// </summary>
internal sealed class SignedRequests
{
    /// <summary>Below what the replay guard remembers per key.</summary>
    private const int MaxPerKey = 200_000;

    private const string Target = "/v1/accounts/0x0000000000000000000000000000000000000000000000000000000000000001";

    private readonly Authenticator _authenticator;
    private readonly ApiKey[] _keys;
    private int _made;

    /// <summary>Keys for so many requests.</summary>
    public SignedRequests(int requests)
    {
        _keys = [.. Enumerable.Range(0, (requests / MaxPerKey) + 1).Select(i => new ApiKey(
            string.Create(CultureInfo.InvariantCulture, $"key-{i}"),
            RandomNumberGenerator.GetBytes(ApiKey.SecretLength),
            "default",
            [ApiKey.AllAccounts],
            [ApiScope.Read]))];
        _authenticator = new Authenticator(new ApiKeyRing([.. _keys]), new ReplayGuard(), TimeProvider.System);
    }

    /// <summary>The next GET of an account, signed now.</summary>
    public (ApiKey Key, string Timestamp, string Nonce, string Signature) Next()
    {
        var number = _made++;
        var key = _keys[number / MaxPerKey];
        var at = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var nonce = number.ToString("D16", CultureInfo.InvariantCulture);
        return (
            key,
            at.UnixMs.ToString(CultureInfo.InvariantCulture),
            nonce,
            RequestSignature.Compute(key.Secret.Span, key.Id.Value, HttpMethods.Get, Target, at, nonce, "", []));
    }

    /// <summary>A request of a connection, which the server uses again for the next one.</summary>
    public static HttpContext Connection()
    {
        var http = new DefaultHttpContext();
        http.Request.Method = HttpMethods.Get;
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = Target;
        return http;
    }

    /// <summary>Puts a signed request into a connection and checks it as the gateway does.</summary>
    public void Check(HttpContext http, (ApiKey Key, string Timestamp, string Nonce, string Signature) request)
    {
        var headers = http.Request.Headers;
        headers[RequestSignature.KeyHeader] = request.Key.Id.Value;
        headers[RequestSignature.TimestampHeader] = request.Timestamp;
        headers[RequestSignature.NonceHeader] = request.Nonce;
        headers[RequestSignature.SignatureHeader] = request.Signature;
        if (_authenticator.Authenticate(http, []).Rejection is { } rejection) throw new InvalidOperationException($"{rejection}");
    }
}
