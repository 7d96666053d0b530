using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw account: founding in three steps (genesis, a proof by each device, create), and showing.</summary>
internal static class AccountCommands
{
    private const int MemberParts = 4;

    public static Command Create() => new("account", "Accounts: genesis, prove, create, show.") { Genesis(), Prove(), Register(), Show() };

    private static Command Genesis()
    {
        var deployment = Session.Required<Bytes32>("--deployment", "The deployment's id: 0x and 64 hex digits. Votes are good there only.");
        var tenant = Session.Required<Name>("--tenant", "Tenant of the account.");
        var members = new Option<string[]>("--member")
        {
            Description = "NAME:ROLES:DEVICE:FILE, repeatable: roles joined by +, such as ana:Owner+Approver:phone:ana.phone.json.",
            Required = true,
        };
        var policy = new Option<string>("--policy") { Description = "File with the policy as JSON.", Required = true };
        var output = new Option<string>("--out") { Description = "Where the genesis goes.", DefaultValueFactory = _ => "genesis.json" };
        return new Command("genesis", "Builds a genesis from the members' key files; needs no password and no silo.")
        {
            deployment, tenant, members, policy, output,
        }.Runs(async (session, cancellationToken) =>
        {
            var rules = await Session.ReadAsync(session.Get(policy), ContractJson.Default.Policy, cancellationToken);
            List<(Name Id, Roles Roles, Device Device)> entries = [];
            foreach (var text in session.Get(members)) entries.Add(await MemberAsync(text, cancellationToken));
            var people = entries.GroupBy(entry => entry.Id)
                .Select(group => new Member(group.Key, group.Aggregate(Roles.None, (roles, entry) => roles | entry.Roles), [.. group.Select(entry => entry.Device)]));
            var genesis = GenesisBuilder.Build(session.Get(deployment), session.Get(tenant), [.. people], rules).OrThrow();
            await Session.WriteNewAsync(session.Get(output), JsonSerializer.Serialize(genesis, ContractJson.Default.Genesis), cancellationToken);
            return session.Report.Done(("account", $"{Canonical.AccountId(genesis)}"), ("file", session.Get(output)));
        });
    }

    private static async Task<(Name Id, Roles Roles, Device Device)> MemberAsync(string text, CancellationToken cancellationToken)
    {
        var parts = text.Split(':', MemberParts);
        if (parts.Length != MemberParts || !Enum.TryParse<Roles>(parts[1].Replace('+', ','), ignoreCase: true, out var roles))
            throw new FormatException($"\"{text}\" is not NAME:ROLES:DEVICE:FILE.");
        var (scheme, publicKey) = DeviceKey.Peek(await File.ReadAllTextAsync(parts[3], cancellationToken)).OrThrow();
        return (parts[0], roles, new(parts[2], scheme, publicKey, default));
    }

    private static Command Prove()
    {
        var genesis = GenesisOption();
        var (member, device) = (DeviceCommands.Member, DeviceCommands.Device);
        var output = new Option<string?>("--out") { Description = "Where the proof goes (default MEMBER.DEVICE.proof.json)." };
        return new Command("prove", "Signs a genesis with a device: possession and consent.") { genesis, member, device, output }
            .Runs(async (session, cancellationToken) =>
            {
                var founded = await Session.ReadAsync(session.Get(genesis), ContractJson.Default.Genesis, cancellationToken);
                var voter = await session.VoterAsync(session.Get(member), session.Get(device), cancellationToken);
                using var key = voter.Key;
                var proof = GenesisBuilder.Prove(founded, voter).OrThrow();
                var path = session.Find(output) ?? $"{proof.Member}.{proof.Device}.proof.json";
                await Session.WriteNewAsync(path, JsonSerializer.Serialize(proof, ContractJson.Default.DeviceProof), cancellationToken);
                return session.Report.Done(("account", $"{Canonical.AccountId(founded)}"), ("file", path));
            });
    }

    private static Command Register()
    {
        var genesis = GenesisOption();
        var proofs = new Option<string[]>("--proof") { Description = "Proof file of a device, repeatable: one for each.", Required = true };
        return new Command("create", "Registers an account by its genesis and the proofs of all its devices.") { genesis, proofs }
            .Runs(async (session, cancellationToken) =>
            {
                var founded = await Session.ReadAsync(session.Get(genesis), ContractJson.Default.Genesis, cancellationToken);
                List<DeviceProof> all = [];
                foreach (var path in session.Get(proofs)) all.Add(await Session.ReadAsync(path, ContractJson.Default.DeviceProof, cancellationToken));
                var wallet = await session.WalletAsync(cancellationToken);
                var reply = await wallet.RegisterAccountAsync(session.Key, founded, [.. all], cancellationToken);
                return session.Report.Reply(reply, session.Key, ("account", $"{Canonical.AccountId(founded)}"));
            });
    }

    private static Command Show()
    {
        var account = Session.AccountArgument();
        var identity = new Option<string?>("--signer") { Description = "The signer's pinned identity key: addresses are shown only with its attestation." };
        return new Command("show", "Shows an account, checked against its id.") { account, identity }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var id = session.Get(account);
                var view = await wallet.ReadAccountAsync(id, cancellationToken) ?? throw Session.NotFound($"account {id}");
                var lineage = await wallet.ReadLineageAsync(id, cancellationToken) ?? throw Session.NotFound($"account {id}");
                TrustedAccount.Check(id, view, lineage, Session.Now).OrThrow();
                HexBytes? pinned = null;
                if (session.Find(identity) is { } text) pinned = HexBytes.Parse(text);
                session.Report.Show(view, ContractJson.Default.AccountView, console => Write(console, view, pinned));
                return ExitCode.Done;
            });
    }

    private static void Write(IAnsiConsole console, AccountView view, HexBytes? pinned)
    {
        Report.Line(console, $"account   {view.Id}");
        Report.Line(console, $"version   {view.Version}, policy {view.Policy.Version}, roster {view.Roster.Version}{(view.Frozen ? ", FROZEN" : "")}");
        if (view.Erasure is { } erasure)
            Report.Line(console, $"erased    by operator {erasure.Operator} at {erasure.At}: {erasure.Because}{(erasure.IsDone ? "" : " (under way)")}");
        if (view.Stop is { } stop) Report.Line(console, $"stopped   by operator {stop.Operator} at {stop.At}: {stop.Reason}");
        var members = Report.Table("Members", "member", "roles", "devices");
        foreach (var member in view.Roster.Members)
            Report.Row(members, member.Id.Value, $"{member.Roles}", string.Join('\n', member.Devices.Select(device => $"{device.Id} ({device.Scheme})")));
        console.Write(members);
        var balances = Report.Table("Balances in base units", "asset", "available", "reserved", "in transit", "deficit");
        foreach (var balance in view.Balances)
            Report.Row(balances, balance.Asset.Value, $"{balance.Available}", $"{balance.Reserved}", $"{balance.InTransit}", $"{balance.Deficit}");
        console.Write(balances);
        foreach (var attestation in view.Addresses)
            Report.Line(console, $"address   {attestation.Key} {attestation.Tier} on {attestation.Chain}: {AddressText(view, attestation, pinned)}");
    }

    /// <summary>Without a pinned identity nobody should pay to an address, so none is shown.</summary>
    private static string AddressText(AccountView view, Grains.Interfaces.Signing.KeyAttestation attestation, HexBytes? pinned) => pinned is null
        ? "not shown: give --signer to check its attestation"
        : AttestationCheck.Check(attestation, view.Id, pinned.Value) switch
        {
            Answer<Address>.Given given => CoinAddress.Format(attestation.Chain, given.Value),
            Answer<Address>.Refused refused => $"REFUSED: {refused.Rejection}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static Option<string> GenesisOption() => new("--genesis") { Description = "The genesis file.", DefaultValueFactory = _ => "genesis.json" };
}
