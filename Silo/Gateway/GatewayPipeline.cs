using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What every request passes: size, signature, scope, account; then for a command its idempotency key, body and the memory of answers. Whatever goes
/// wrong leaves as problem+json.
/// </summary>
internal sealed partial class GatewayPipeline(
    Authenticator authenticator,
    AccountAccess access,
    AnswerMemory memory,
    KeyQuotas quotas,
    TenantQuotas tenants,
    IClusterClient client,
    ILogger<GatewayPipeline> logger)
{
    public IClusterClient Client => client;

    /// <summary>What a tenant may begin.</summary>
    public TenantQuotas Tenants => tenants;

    /// <summary>Reads a view of an account's things; null answers "not found".</summary>
    public Task<IResult> ReadAsync<T>(HttpContext http, string id, Func<AccountId, Task<T?>> read, ApiScope scope = ApiScope.Read)
        where T : class =>
        ForAccountAsync(http, id, async (_, account) => View(await read(account).WaitAsync(http.RequestAborted)), scope);

    /// <summary>Runs a handler for an account that the key may read.</summary>
    public Task<IResult> ForAccountAsync(HttpContext http, string id, Func<GatewayCall, AccountId, Task<IResult>> handler, ApiScope scope = ApiScope.Read) =>
        RunAsync(http, scope, async call =>
        {
            if (!AccountId.TryParse(id, out var account)) return Problems.Result(BadId(AccountId.Form));
            return await access.CheckAsync(call.Key, account) is { } denied ? Problems.Result(denied) : await handler(call, account);
        });

    /// <summary>Parses, checks and submits a command on something of one account.</summary>
    /// <param name="id">The account id in the path.</param>
    /// <param name="subject">What beside the account names the subject: it goes into the command id.</param>
    /// <param name="check">Whether body and path fit each other.</param>
    public Task<IResult> CommandAsync<T>(
        HttpContext http,
        ApiScope scope,
        string operation,
        string id,
        string subject,
        Func<T, AccountId, Rejection?> check,
        Func<T, AccountId, Task<CommandReply>> submit)
        where T : class, ICommand =>
        CommandAsync<T>(http, scope, operation, id, subject, (_, command, account) => check(command, account), submit);

    /// <summary>As above, where the check needs to know who asks.</summary>
    public Task<IResult> CommandAsync<T>(
        HttpContext http,
        ApiScope scope,
        string operation,
        string id,
        string subject,
        Func<GatewayCall, T, AccountId, Rejection?> check,
        Func<T, AccountId, Task<CommandReply>> submit)
        where T : class, ICommand =>
        RunAsync(http, scope, async call =>
        {
            if (!AccountId.TryParse(id, out var account)) return Problems.Result(BadId(AccountId.Form));
            if (await access.CheckAsync(call.Key, account) is { } denied) return Problems.Result(denied);
            var (command, rejection) = Parse<T>(call, operation, subject.Length == 0 ? id : $"{id}/{subject}");
            rejection ??= check(call, command!, account);
            return rejection is null ? await AnswerAsync(call, command!, () => submit(command!, account)) : Problems.Result(rejection);
        });

    /// <summary>The sender's command from the body, with the id that its idempotency key gives.</summary>
    public static (T? Command, Rejection? Rejection) Parse<T>(GatewayCall call, string operation, string subject)
        where T : class, ICommand
    {
        var request = call.Http.Request;
        if (RequestBody.CheckContentType(request.ContentType) is { } notJson) return (null, notJson);
        return request.Headers[IdempotencyKey.Header] is [{ } text] && IdempotencyKey.TryParse(text, out var key)
            ? RequestBody.Parse<T>(call.Body, key.CommandId(call.Key.Tenant, operation, subject))
            : (null, new(RejectionCode.Malformed, $"header {IdempotencyKey.Header}: {IdempotencyKey.Form}", "none, several or another form"));
    }

    /// <summary>The remembered answer, or the grain's.</summary>
    public async Task<IResult> AnswerAsync<T>(GatewayCall call, T command, Func<Task<CommandReply>> submit)
        where T : class, ICommand
    {
        var fingerprint = Canonical.Fingerprint(command, RequestBody.TypeOf<T>());
        return await memory.AnswerAsync(command.CommandId, fingerprint, () => SubmitAsync(() => tenants.SubmitAsync(call.Key.Tenant, command, submit))) switch
        {
            CommandReply.Refused refused => Problems.Result(refused.Rejection),
            var reply => Results.Json(reply, ContractJson.Default.CommandReply),
        };
    }

    /// <summary>Reads the body, knows the sender, and runs the handler.</summary>
    public async Task<IResult> RunAsync(HttpContext http, ApiScope scope, Func<GatewayCall, Task<IResult>> handler)
    {
        using var watch = GatewayTelemetry.Watch(http);
        try
        {
            var (body, tooLarge) = await RequestBody.ReadAsync(http.Request, http.RequestAborted);
            if (tooLarge is not null) return watch.Refused(tooLarge);
            var (key, unknown) = authenticator.Authenticate(http, body);
            if (key is null) return watch.Refused(unknown!);
            if (AccountAccess.CheckScope(key, scope) is { } missing) return watch.Refused(missing);
            var (lease, full) = quotas.Enter(key.Id);
            using (lease) return full is null ? await handler(new(http, key, body)) : watch.Refused(full);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (Exception exception)
        {
            LogFailure(http.Request.Method, http.Request.Path.Value ?? "", exception);
            return watch.Refused(new(RejectionCode.Overloaded, "an answer of the grain", exception is TimeoutException ? "none in time" : "a failure"));
        }
    }

    public static IResult View<T>(T? value)
        where T : class =>
        value is null
            ? Problems.Result(new(RejectionCode.NotFound, "something that exists", "nothing under this id"))
            : Results.Json(value, (JsonTypeInfo<T>)ContractJson.Default.GetTypeInfo(typeof(T))!);

    public static Rejection BadId(string form) => new(RejectionCode.Malformed, form, "another text in the path");

    /// <summary>A command whose grain failed or did not answer may still have happened: only asking again with the same key tells.</summary>
    private async Task<CommandReply> SubmitAsync(Func<Task<CommandReply>> submit)
    {
        try
        {
            return await submit();
        }
        catch (Exception exception)
        {
            LogFailure("submit", "", exception);
            return new CommandReply.Refused(
                new(RejectionCode.OutcomeUnknown, "an answer of the grain", exception is TimeoutException ? "none in time" : "a failure"));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Gateway: {Method} {Path} failed")]
    private partial void LogFailure(string method, string path, Exception exception);
}
