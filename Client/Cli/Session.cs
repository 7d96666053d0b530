using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>What the commands of one run share: options, the silo, the folder of devices, the report.</summary>
internal sealed class Session : IDisposable
{
    private const string DefaultSilo = "http://127.0.0.1:5000/";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object instead of text.", Recursive = true };

    private static readonly Option<string> Silo = new("--silo")
    {
        Description = $"The silo's address (environment TPW_URL, default {DefaultSilo}).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TPW_URL") ?? DefaultSilo,
        Recursive = true,
    };

    private static readonly Option<string> KeysFile = new("--api-keys")
    {
        Description = "File with the API key (environment TPW_API_KEYS, default data/silo/apikeys.json).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TPW_API_KEYS")
            ?? Path.Combine(Environment.GetEnvironmentVariable("TPW_DATA") ?? "data", "silo", ApiKeyRing.FileName),
        Recursive = true,
    };

    private static readonly Option<string?> ApiKeyId = new("--api-key") { Description = "Which key of that file (default: its first).", Recursive = true };

    private static readonly Option<string?> Intention = new("--idempotency-key")
    {
        Description = "Name of this intention: repeat a command under the same one and it is done once (default: a fresh one, shown when the outcome is not known).",
        Recursive = true,
    };

    private static readonly Option<string> Home = new("--devices")
    {
        Description = "Folder of this machine's device key files (environment TPW_DEVICES, default ~/.tpw/devices).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TPW_DEVICES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".tpw", "devices"),
        Recursive = true,
    };

    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "File whose first line is the transaction password (else environment TPW_PASSWORD, else it is asked for).",
        Recursive = true,
    };

    private readonly ParseResult _parsed;
    private HttpClient? _http;

    public Session(ParseResult parsed)
    {
        _parsed = parsed;
        Report = new(parsed.GetValue(Json));
        Key = parsed.GetValue(Intention) is { } given ? IdempotencyKey.Parse(given) : IdempotencyKey.New();
    }

    public static IReadOnlyList<Option> Options => [Json, Silo, KeysFile, ApiKeyId, Intention, Home, PasswordFile];

    public Report Report { get; }

    public IdempotencyKey Key { get; }

    public static Instant Now => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    public string KeysPath => _parsed.GetRequiredValue(KeysFile);

    public string DevicesFolder => _parsed.GetRequiredValue(Home);

    public T Get<T>(Option<T> option) => _parsed.GetRequiredValue(option);

    public T? Find<T>(Option<T> option) => _parsed.GetValue(option);

    public T? Find<T>(Argument<T> argument) => _parsed.GetValue(argument);

    public T Get<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    /// <summary>The wallet at the silo.</summary>
    public async Task<ITPWallet> WalletAsync(CancellationToken cancellationToken) => new RestWallet(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>The reviewers' side of the silo.</summary>
    public async Task<RestReviewer> ReviewerAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>The screening service's side of the silo.</summary>
    public async Task<RestScreener> ScreenerAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>Who is told of accounts.</summary>
    public async Task<RestWebhooks> WebhooksAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>The account's payment channels.</summary>
    public async Task<RestChannels> ChannelsAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>Those on chains of the Bitcoin family.</summary>
    public async Task<RestCoinChannels> CoinChannelsAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>The operator's side of the silo.</summary>
    public async Task<RestOperator> OperatorAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>What operators record of contracts.</summary>
    public async Task<RestDapps> DappsAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>Incidents that somebody has to look at.</summary>
    public async Task<RestIncidents> IncidentsAsync(CancellationToken cancellationToken) => new(OpenHttp(), await ApiKeyAsync(cancellationToken));

    /// <summary>
    /// Secret bytes that are the same for the same idempotency key. They follow from the API key, which the silo knows too.
    /// </summary>
    /// <param name="purpose">What they are for: two purposes never share them.</param>
    public async Task<byte[]> SeedAsync(string purpose, CancellationToken cancellationToken) =>
        HMACSHA256.HashData((await ApiKeyAsync(cancellationToken)).Secret.Span, Encoding.UTF8.GetBytes($"{purpose}/{Key.Value}"));

    private HttpClient OpenHttp() => _http = ClientServices.CreateHttp(new Uri(_parsed.GetRequiredValue(Silo)));

    private async Task<ApiKey> ApiKeyAsync(CancellationToken cancellationToken)
    {
        var ring = await ApiKeyFile.ReadAsync(KeysPath, cancellationToken);
        var id = _parsed.GetValue(ApiKeyId);
        return ring.Keys.FirstOrDefault(candidate => id is null || candidate.Id.Value == id)
            ?? throw new ArgumentException($"{KeysPath} has no API key{(id is null ? "" : $" \"{id}\"")}.");
    }

    public string DevicePath(Name member, Name device) => Path.Combine(DevicesFolder, $"{member}.{device}.json");

    /// <summary>Opens a device's key file with the transaction password.</summary>
    public async Task<Voter> VoterAsync(Name member, Name device, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(DevicePath(member, device), cancellationToken);
        var password = await PasswordAsync($"Transaction password of {member}/{device}", confirm: false, cancellationToken);
        return new(member, device, DeviceKey.Open(text, password).OrThrow());
    }

    public async Task<string> PasswordAsync(string prompt, bool confirm, CancellationToken cancellationToken)
    {
        if (_parsed.GetValue(PasswordFile) is { } file) return (await File.ReadAllLinesAsync(file, cancellationToken)).FirstOrDefault() ?? "";
        if (Environment.GetEnvironmentVariable("TPW_PASSWORD") is { Length: > 0 } set) return set;
        if (Console.IsInputRedirected) throw new ArgumentException("No password: give --password-file or TPW_PASSWORD where nobody can be asked.");
        var console = Report.ErrorConsole;
        var password = await new TextPrompt<string>(prompt + ":").Secret().ShowAsync(console, cancellationToken);
        if (confirm && await new TextPrompt<string>("Again:").Secret().ShowAsync(console, cancellationToken) != password)
            throw new ArgumentException("The two passwords differ.");
        return password;
    }

    public Task<bool> AskAsync(string question, CancellationToken cancellationToken) =>
        new ConfirmationPrompt(question) { DefaultValue = false }.ShowAsync(Report.ErrorConsole, cancellationToken);

    /// <summary>The file that --password-file names, for another program that reads it itself.</summary>
    public string? PasswordPath => _parsed.GetValue(PasswordFile);

    /// <summary>This account as the device works it out itself.</summary>
    public static async Task<TrustedAccount> TrustAsync(ITPWallet wallet, AccountId id, CancellationToken cancellationToken)
    {
        var view = await wallet.ReadAccountAsync(id, cancellationToken) ?? throw NotFound($"account {id}");
        var lineage = await wallet.ReadLineageAsync(id, cancellationToken) ?? throw NotFound($"account {id}");
        return TrustedAccount.Check(id, view, lineage, Now).OrThrow();
    }

    public static RefusedException NotFound(string what) => new(new(Grains.Interfaces.RejectionCode.NotFound, what, "nothing"));

    public static async Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        await using var stream = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) ?? throw new JsonException($"{path} holds null.");
    }

    /// <summary>Writes a new file that only this user may read; an existing one is never replaced.</summary>
    public static Task WriteNewAsync(string path, string text, CancellationToken cancellationToken) =>
        WriteNewAsync(path, Encoding.UTF8.GetBytes(text + Environment.NewLine), cancellationToken);

    /// <summary>As above, exactly these bytes.</summary>
    public static async Task WriteNewAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        await using var file = new FileStream(path, options);
        await file.WriteAsync(bytes, cancellationToken);
    }

    public static Argument<AccountId> AccountArgument() => new("account")
    {
        Description = "Account id: 0x and 64 hex digits.",
        CustomParser = result => Parse<AccountId>(result),
    };

    public static Argument<Name> NameArgument(string name, string description) =>
        new(name) { Description = description, CustomParser = result => Parse<Name>(result) };

    public static Option<T> Required<T>(string name, string description)
        where T : struct, IText<T> =>
        new(name) { Description = description, Required = true, CustomParser = result => Parse<T>(result) };

    /// <summary>A wrong argument is told with the form that was expected, before anything is done.</summary>
    public static T Parse<T>(ArgumentResult result)
        where T : struct, IText<T>
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : null;
        if (T.TryParse(text, out var value)) return value;
        result.AddError($"\"{text}\" is not {T.Form}.");
        return default;
    }

    public void Dispose() => _http?.Dispose();
}
