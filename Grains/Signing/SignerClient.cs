using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Grains.Signing;

/// <summary>
/// The signer over its Unix socket or mutual TLS. One call is one request, but for states of channels,
/// which go together while others are under way: what the transport leaves open comes back as NoAnswer, and whoever asked
/// decides to ask again (Unknown is a state). Refusals of the signer arrive as they were made.
/// </summary>
public sealed class SignerClient : ISignerPort, IDisposable
{
    /// <summary>Longest answer that is read, in bytes: the largest packet that a signer reads, with its signed transaction.</summary>
    public const int MaxAnswerBytes = 10 << 20;

    /// <summary>The answer of a signer that does not know what it is asked: an older build.</summary>
    internal const string Unknown = "The signer does not know this request.";

    private readonly HttpClient _http;
    private readonly TimeSpan _deadline;
    private readonly StateQueue _states;

    /// <summary>Opens nothing yet; the first call connects.</summary>
    /// <exception cref="ArgumentException">Neither or both ways to the signer are named, or a file of mutual TLS is missing.</exception>
    public SignerClient(SignerClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _deadline = options.Deadline;
        _http = new HttpClient(SignerTransport.Handler(options)) { BaseAddress = SignerTransport.BaseAddress(options), Timeout = Timeout.InfiniteTimeSpan };
        _http.MaxResponseContentBufferSize = MaxAnswerBytes;
        _states = new(
            one => AskAsync("v1/states", one, ContractJson.Default.SignStateRequest, ContractJson.Default.StateSignature, CancellationToken.None),
            many => AskAsync("v1/states/many", many, ContractJson.Default.SignStatesRequest, ContractJson.Default.StateAnswers, CancellationToken.None));
    }

    /// <inheritdoc/>
    public Task<SignerAnswer<KeyAttestation>> CreateKeyAsync(CreateKeyRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/keys", request, ContractJson.Default.CreateKeyRequest, ContractJson.Default.KeyAttestation, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<Announcement>> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/announcements", request, ContractJson.Default.AnnounceRequest, ContractJson.Default.Announcement, cancellationToken);

    /// <inheritdoc/>
    public async Task<SignOutcome> SignAsync(SignRequest request, CancellationToken cancellationToken) =>
        await AskAsync("v1/signatures", request, ContractJson.Default.SignRequest, ContractJson.Default.SignOutcome, cancellationToken) switch
        {
            SignerAnswer<SignOutcome>.Given given => given.Value,
            SignerAnswer<SignOutcome>.Refused refused => new SignOutcome.Refused(refused.Rejection),
            SignerAnswer<SignOutcome>.NoAnswer none => new SignOutcome.NoAnswer(none.Detail),
            _ => throw new UnreachableException(),
        };

    /// <inheritdoc/>
    public Task<SignerAnswer<ChannelTaken>> TakeChannelAsync(TakeChannelRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/channels", request, ContractJson.Default.TakeChannelRequest, ContractJson.Default.ChannelTaken, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<StateSignature>> SignStateAsync(SignStateRequest request, CancellationToken cancellationToken) =>
        _states.AskAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<OrderSignature>> SignOrderAsync(SignOrderRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/orders", request, ContractJson.Default.SignOrderRequest, ContractJson.Default.OrderSignature, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<AnnouncementSignature>> SignAnnouncementAsync(SignAnnouncementRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/channel-announcements", request, ContractJson.Default.SignAnnouncementRequest, ContractJson.Default.AnnouncementSignature, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<InvoiceSignature>> SignInvoiceAsync(SignInvoiceRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/invoices", request, ContractJson.Default.SignInvoiceRequest, ContractJson.Default.InvoiceSignature, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<CoinChannelTaken>> TakeCoinChannelAsync(TakeCoinChannelRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/coin-channels", request, ContractJson.Default.TakeCoinChannelRequest, ContractJson.Default.CoinChannelTaken, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<CoinGiven>> SignCoinChannelAsync(SignCoinChannelRequest request, CancellationToken cancellationToken) =>
        AskAsync("v1/coin-signatures", request, ContractJson.Default.SignCoinChannelRequest, ContractJson.Default.CoinGiven, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<SignerIdentity>> IdentityAsync(CancellationToken cancellationToken) => SendAsync(
        static () => new HttpRequestMessage(HttpMethod.Get, "v1/identity"), ContractJson.Default.SignerIdentity, cancellationToken);

    /// <inheritdoc/>
    public Task<SignerAnswer<SignedPage>> SignedAsync(SignedQuery query, CancellationToken cancellationToken) =>
        AskAsync("v1/signed", query, ContractJson.Default.SignedQuery, ContractJson.Default.SignedPage, cancellationToken);

    public void Dispose() => _http.Dispose();

    private Task<SignerAnswer<TAnswer>> AskAsync<TRequest, TAnswer>(
        string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, requestType);
        return SendAsync(() => Post(path, body), answerType, cancellationToken);
    }

    private static HttpRequestMessage Post(string path, byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return message;
    }

    private async Task<SignerAnswer<TAnswer>> SendAsync<TAnswer>(
        Func<HttpRequestMessage> make, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_deadline);
        try
        {
            using var message = make();
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, deadline.Token);
            var body = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            var status = (int)response.StatusCode;
            if (status == 200) return new SignerAnswer<TAnswer>.Given(Read(body, type));
            if (status == 404) return new SignerAnswer<TAnswer>.NoAnswer(Unknown);
            return status is >= 400 and < 500
                ? new SignerAnswer<TAnswer>.Refused(Read(body, ContractJson.Default.Rejection))
                : new SignerAnswer<TAnswer>.NoAnswer($"The signer answered {status}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SignerAnswer<TAnswer>.NoAnswer($"The signer did not answer within {_deadline.TotalMilliseconds:0} ms.");
        }
        catch (HttpRequestException failure)
        {
            return new SignerAnswer<TAnswer>.NoAnswer($"The signer could not be reached: {failure.HttpRequestError}.");
        }
        catch (JsonException)
        {
            return new SignerAnswer<TAnswer>.NoAnswer("The signer's answer does not read.");
        }
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body, type) ?? throw new JsonException("Expected an object.");
}
