using System.CommandLine;
using System.Text.Json.Nodes;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw keys: the API keys in a silo's key file, on the silo's machine. The silo reads the file when it starts.</summary>
internal static class ApiKeyCommands
{
    public static Command Create()
    {
        var id = Session.NameArgument("id", "Id of the new key.");
        var tenant = Session.Required<Name>("--tenant", "Tenant whose accounts it may name.");
        var accounts = new Option<string[]>("--account") { Description = "Account id that it may name, repeatable (default: all of the tenant)." };
        var scopes = new Option<ApiScope[]>("--scope")
        {
            Description = "Read, Propose, Admin, Operator, Review or Screen, repeatable (default: Read).",
            DefaultValueFactory = _ => [ApiScope.Read],
        };
        return new Command("keys", "API keys of a silo. They identify programs and carry no authority over funds.")
        {
            new Command("list", "Lists the keys without their secrets.").Runs(ListAsync),
            new Command("add", "Adds a key with a fresh secret to the file of --api-keys; restart the silo to use it.") { id, tenant, accounts, scopes }
                .Runs(async (session, cancellationToken) =>
                {
                    var ring = File.Exists(session.KeysPath) ? await ApiKeyFile.ReadAsync(session.KeysPath, cancellationToken) : new([]);
                    var named = session.Find(accounts) is { Length: > 0 } given ? given : [ApiKey.AllAccounts];
                    var key = ApiKeyFile.Generate(session.Get(id), session.Get(tenant), [.. named], [.. session.Get(scopes)]);
                    await ApiKeyFile.WriteAsync(session.KeysPath, new([.. ring.Keys, key]), cancellationToken);
                    return session.Report.Done(("key", $"{key.Id}"), ("file", session.KeysPath));
                }),
        };
    }

    private static async Task<int> ListAsync(Session session, CancellationToken cancellationToken)
    {
        var ring = await ApiKeyFile.ReadAsync(session.KeysPath, cancellationToken);
        if (session.Report.IsJson)
        {
            var keys = ring.Keys.Select(key => (JsonNode)new JsonObject
            {
                ["id"] = key.Id.Value,
                ["tenant"] = key.Tenant.Value,
                ["accounts"] = new JsonArray([.. key.Accounts.Select(account => (JsonNode)account)]),
                ["scopes"] = new JsonArray([.. key.Scopes.Select(scope => (JsonNode)scope.ToString())]),
            });
            await Console.Out.WriteLineAsync(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString());
            return ExitCode.Done;
        }

        var table = Report.Table(session.KeysPath, "id", "tenant", "accounts", "scopes");
        foreach (var key in ring.Keys) Report.Row(table, key.Id.Value, key.Tenant.Value, string.Join('\n', key.Accounts), string.Join(", ", key.Scopes));
        session.Report.Write(table);
        return ExitCode.Done;
    }
}
