using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Signer.Host;

/// <summary>
/// The signer's protocol over HTTP: 200 with the answer, 400/413/422/429 with a <see cref="Rejection"/>. An error of ours answers 500 without a word:
/// the caller then does not know, and asks again.
/// </summary>
internal sealed class SignerEndpoints(ISignerPort signer, ILogger<SignerEndpoints> log) : IDisposable
{
    /// <summary>Most requests worked on at one time; further ones are refused as Overloaded.</summary>
    public const int MaxConcurrent = 32;

    private readonly SemaphoreSlim _places = new(MaxConcurrent, MaxConcurrent);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/keys", context => AnswerAsync(
            context, ContractJson.Default.CreateKeyRequest, ContractJson.Default.KeyAttestation, signer.CreateKeyAsync));
        routes.MapPost("/v1/announcements", context => AnswerAsync(
            context, ContractJson.Default.AnnounceRequest, ContractJson.Default.Announcement, signer.AnnounceAsync));
        routes.MapPost("/v1/signatures", context => AnswerAsync(
            context, ContractJson.Default.SignRequest, ContractJson.Default.SignOutcome, SignAsync));
        routes.MapPost("/v1/channels", context => AnswerAsync(
            context, ContractJson.Default.TakeChannelRequest, ContractJson.Default.ChannelTaken, signer.TakeChannelAsync));
        routes.MapPost("/v1/states", context => AnswerAsync(
            context, ContractJson.Default.SignStateRequest, ContractJson.Default.StateSignature, signer.SignStateAsync));
        routes.MapPost("/v1/states/many", context => AnswerAsync(
            context, ContractJson.Default.SignStatesRequest, ContractJson.Default.StateAnswers, SignStatesAsync));
        routes.MapPost("/v1/orders", context => AnswerAsync(
            context, ContractJson.Default.SignOrderRequest, ContractJson.Default.OrderSignature, signer.SignOrderAsync));
        routes.MapPost("/v1/channel-announcements", context => AnswerAsync(
            context, ContractJson.Default.SignAnnouncementRequest, ContractJson.Default.AnnouncementSignature, signer.SignAnnouncementAsync));
        routes.MapPost("/v1/invoices", context => AnswerAsync(
            context, ContractJson.Default.SignInvoiceRequest, ContractJson.Default.InvoiceSignature, signer.SignInvoiceAsync));
        routes.MapPost("/v1/coin-channels", context => AnswerAsync(
            context, ContractJson.Default.TakeCoinChannelRequest, ContractJson.Default.CoinChannelTaken, signer.TakeCoinChannelAsync));
        routes.MapPost("/v1/coin-signatures", context => AnswerAsync(
            context, ContractJson.Default.SignCoinChannelRequest, ContractJson.Default.CoinGiven, signer.SignCoinChannelAsync));
        routes.MapPost("/v1/signed", context => AnswerAsync(
            context, ContractJson.Default.SignedQuery, ContractJson.Default.SignedPage, signer.SignedAsync));
        routes.MapGet("/v1/identity", async context =>
            await WriteAsync(context, await signer.IdentityAsync(context.RequestAborted), ContractJson.Default.SignerIdentity));
        routes.MapGet("/health", static context => context.Response.WriteAsync("ok\n", context.RequestAborted));
    }

    public void Dispose() => _places.Dispose();

    private static int StatusOf(RejectionCode code) => code switch
    {
        RejectionCode.Malformed => StatusCodes.Status400BadRequest,
        RejectionCode.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RejectionCode.Overloaded => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static async Task RefuseAsync(HttpContext context, Rejection rejection)
    {
        context.Response.StatusCode = StatusOf(rejection.Code);
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, rejection, ContractJson.Default.Rejection, context.RequestAborted);
    }

    private static async Task WriteAsync<T>(HttpContext context, SignerAnswer<T> answer, JsonTypeInfo<T> type)
    {
        switch (answer)
        {
            case SignerAnswer<T>.Given given:
                context.Response.ContentType = "application/json";
                await JsonSerializer.SerializeAsync(context.Response.Body, given.Value, type, context.RequestAborted);
                break;
            case SignerAnswer<T>.Refused refused:
                await RefuseAsync(context, refused.Rejection);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
        }
    }

    /// <summary>The whole body, or null where it is longer than the maximum. What is too long is read and dropped, so that the caller gets to read why.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var tooLong = context.Request.ContentLength > JsonForm.MaxBytes;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            tooLong |= read.Buffer.Length > JsonForm.MaxBytes;
            if (read.IsCompleted)
            {
                var body = tooLong ? null : read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(tooLong ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>All are judged before the first floor is on disk, so that they share a commit; what goes wrong with one is that one's.</summary>
    private async Task<SignerAnswer<StateAnswers>> SignStatesAsync(SignStatesRequest request, CancellationToken cancellationToken)
    {
        if (request.States.IsDefaultOrEmpty || request.States.Length > SignStatesRequest.Most)
            return new SignerAnswer<StateAnswers>.Refused(new(RejectionCode.Malformed, $"1 to {SignStatesRequest.Most} states", $"{(request.States.IsDefault ? 0 : request.States.Length)}"));
        var answers = await Task.WhenAll(request.States.Select(state => SignStateAsync(state, cancellationToken)));
        return new SignerAnswer<StateAnswers>.Given(new([.. answers]));
    }

    private async Task<StateAnswer> SignStateAsync(SignStateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await signer.SignStateAsync(request, cancellationToken) switch
            {
                SignerAnswer<StateSignature>.Given given => new(given.Value, null),
                SignerAnswer<StateSignature>.Refused refused => new(null, refused.Rejection),
                _ => new(null, null),
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError("A state of {Side} failed: {Kind}", request.Side, failure.GetType().Name);
            return new(null, null);
        }
    }

    private async Task<SignerAnswer<SignOutcome>> SignAsync(SignRequest request, CancellationToken cancellationToken) =>
        await signer.SignAsync(request, cancellationToken) switch
        {
            SignOutcome.Refused refused => new SignerAnswer<SignOutcome>.Refused(refused.Rejection),
            SignOutcome.NoAnswer none => new SignerAnswer<SignOutcome>.NoAnswer(none.Detail),
            var signed => new SignerAnswer<SignOutcome>.Given(signed),
        };

    private async Task AnswerAsync<TRequest, TAnswer>(
        HttpContext context, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType,
        Func<TRequest, CancellationToken, Task<SignerAnswer<TAnswer>>> call)
        where TRequest : class
    {
        if (!await _places.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            await RefuseAsync(context, new(RejectionCode.Overloaded, $"at most {MaxConcurrent} requests at one time", "more"));
            return;
        }

        try
        {
            var body = await ReadBodyAsync(context);
            var (request, refusal) = body is { } bytes
                ? JsonForm.Read(bytes, requestType)
                : (null, new Rejection(RejectionCode.TooLarge, $"at most {JsonForm.MaxBytes} bytes", "more"));
            // The caller's going away ends its wait, never the work: what is being made durable is finished.
            if (request is null) await RefuseAsync(context, refusal!);
            else await WriteAsync(context, await call(request, CancellationToken.None), answerType);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError("{Path} failed: {Kind}", context.Request.Path, failure.GetType().Name);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        finally
        {
            _places.Release();
        }
    }
}
