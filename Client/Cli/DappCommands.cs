using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw dapp: what is recorded of contracts, and how far they are trusted. Needs an API key with scope Operator.</summary>
internal static class DappCommands
{
    private const int MaxPages = 20;

    public static Command Create() => new(
        "dapp", "Shows how far contracts are trusted, and records why. What is recorded is of one code: when the contract runs another, it is gone. Needs an API key with scope Operator.")
    {
        Show(), List(), Audit(), Source(), Withdraw(), Holders(), Incident(), Override(), EndOverride(), Look(),
    };

    private static Command Show()
    {
        var (chain, address) = Contract();
        return new Command("show", "What is known of a contract: its code on chain, its trust and the points of each part.") { chain, address }.Runs(async (session, cancellationToken) =>
        {
            var view = await (await session.DappsAsync(cancellationToken)).ReadAsync(session.Get(chain), session.Get(address), cancellationToken)
                ?? throw Session.NotFound($"a record of {session.Get(address)} on {session.Get(chain)}");
            session.Report.Show(view, ContractJson.Default.DappView, console => Write(console, view));
            return ExitCode.Done;
        });
    }

    private static Command List()
    {
        var least = new Option<int>("--least") { Description = "Only those that are trusted so far, per mille (default 0).", DefaultValueFactory = _ => 0 };
        return new Command("list", "Contracts of which something is recorded.") { least }.Runs(async (session, cancellationToken) =>
        {
            var all = await AllAsync(await session.DappsAsync(cancellationToken), session.Get(least), cancellationToken);
            session.Report.Show(all, ContractJson.Default.DappPage, console =>
            {
                if (all.Dapps.IsEmpty) Report.Line(console, "nothing is recorded");
                foreach (var one in all.Dapps) Report.Line(console, $"{one.Chain} {one.Address}: {Told(one.Known)}");
                if (all.Next is not null) Report.Line(console, $"and more: only the first {MaxPages * DappPage.Max} were looked at");
            });
            return ExitCode.Done;
        });
    }

    private static Command Audit()
    {
        var ((chain, address), code) = (Contract(), new CodeOptions());
        var auditor = Session.Required<Name>("--auditor", "The auditor's name.");
        var report = Session.Required<Bytes32>("--report", "Hash of the report: 0x and 64 hex digits.");
        var (at, until) = (Day("--at", "Day of the report"), Day("--until", "Last day on which it counts, within two years"));
        var (critical, high, medium, low) = (Open("--critical"), Open("--high"), Open("--medium"), Open("--low"));
        return code.AddTo(new("audit", "Records an audit, or what is open of it now: the same report again replaces it.") { chain, address, auditor, report, at, until, critical, high, medium, low })
            .Runs(async (session, cancellationToken) =>
            {
                var open = new OpenFindings(session.Get(critical), session.Get(high), session.Get(medium), session.Get(low));
                var audit = new DappAudit(session.Get(auditor), session.Get(report), code.Of(session), Start(session.Get(at)), Start(session.Get(until).AddDays(1)), open);
                return await SendAsync(session, silo => silo.RecordAuditAsync(session.Key, session.Get(chain), session.Get(address), audit, cancellationToken), cancellationToken);
            });
    }

    private static Command Source()
    {
        var ((chain, address), code) = (Contract(), new CodeOptions());
        var deployed = new Option<DateOnly?>("--deployed") { Description = "Day on which it is said to have been deployed (yyyy-MM-dd): makes it younger, never older." };
        return code.AddTo(new("source", "Records that the published source was compiled and gave this code.") { chain, address, deployed }).Runs((session, cancellationToken) => SendAsync(
            session,
            silo => silo.RecordSourceAsync(
                session.Key, session.Get(chain), session.Get(address), new(code.Of(session), session.Find(deployed) is { } day ? Start(day) : null), cancellationToken),
            cancellationToken));
    }

    private static Command Withdraw()
    {
        var ((chain, address), reason) = (Contract(), Reason());
        var report = new Option<Bytes32?>("--report") { Description = "The audit's report; default: the source.", CustomParser = static result => Session.Parse<Bytes32>(result) };
        return new Command("withdraw", "An audit, or the source, counts no more.") { chain, address, report, reason }.Runs((session, cancellationToken) => SendAsync(
            session,
            silo => silo.WithdrawAsync(session.Key, session.Get(chain), session.Get(address), session.Find(report), session.Get(reason), cancellationToken),
            cancellationToken));
    }

    private static Command Holders()
    {
        var (chain, address) = Contract();
        var count = new Option<long>("--count") { Description = "How many hold its tokens.", Required = true };
        return new Command("holders", "Records how many hold its tokens; counts for 30 days.") { chain, address, count }.Runs((session, cancellationToken) => SendAsync(
            session, silo => silo.RecordHoldersAsync(session.Key, session.Get(chain), session.Get(address), session.Get(count), cancellationToken), cancellationToken));
    }

    private static Command Incident()
    {
        var ((chain, address), reason) = (Contract(), Reason());
        return new Command("incident", "Records that something went wrong with it; counts for a year, whatever code comes next.") { chain, address, reason }.Runs((session, cancellationToken) =>
            SendAsync(
                session, silo => silo.RecordIncidentAsync(session.Key, session.Get(chain), session.Get(address), session.Get(reason), cancellationToken), cancellationToken));
    }

    private static Command Override()
    {
        var ((chain, address), code, reason) = (Contract(), new CodeOptions(), Reason());
        var trust = new Option<int>("--trust") { Description = $"0 to {DappOverride.MaxTrust} per mille.", Required = true };
        var days = new Option<int>("--days") { Description = "So long it stands (default 30, at most 90).", DefaultValueFactory = _ => 30 };
        return code.AddTo(new("override", "Says how far it is trusted, in place of the score.") { chain, address, trust, days, reason }).Runs((session, cancellationToken) => SendAsync(
            session,
            silo => silo.OverrideAsync(
                session.Key, session.Get(chain), session.Get(address),
                new(code.Of(session), session.Get(trust), Session.Now + Span.Hours(24L * session.Get(days)), session.Get(reason)), cancellationToken),
            cancellationToken));
    }

    private static Command EndOverride()
    {
        var (chain, address) = Contract();
        return new Command("end-override", "The score holds again.") { chain, address }.Runs((session, cancellationToken) => SendAsync(
            session, silo => silo.EndOverrideAsync(session.Key, session.Get(chain), session.Get(address), cancellationToken), cancellationToken));
    }

    private static Command Look()
    {
        var (chain, address) = Contract();
        return new Command("look", "Has the chain asked which code is there now, as after an upgrade; then record what is known of it.") { chain, address }.Runs((session, cancellationToken) =>
            SendAsync(session, silo => silo.LookAsync(session.Key, session.Get(chain), session.Get(address), cancellationToken), cancellationToken));
    }

    private static async Task<int> SendAsync(Session session, Func<RestDapps, Task<CommandReply>> send, CancellationToken cancellationToken) =>
        session.Report.Reply(await send(await session.DappsAsync(cancellationToken)), session.Key);

    private static async Task<DappPage> AllAsync(RestDapps silo, int least, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<DappEntry>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var read = await silo.ReadAllAsync(next, least, cancellationToken: cancellationToken);
            all.AddRange(read.Dapps);
            next = read.Next;
            if (next is null) break;
        }

        return new(all.ToImmutable(), next);
    }

    private static void Write(Spectre.Console.IAnsiConsole console, DappView view)
    {
        Report.Line(console, Told(view));
        foreach (var part in view.Trust.Parts) Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"  {part.Name}: {part.Points:+0;-0}"));
        foreach (var audit in view.Audits)
            Report.Line(console, $"  audit of {audit.Auditor}, {audit.Report}, of code {audit.Code}, until {audit.ExpiresAt}: open {audit.Open.Critical} critical, "
                + $"{audit.Open.High} high, {audit.Open.Medium} medium, {audit.Open.Low} low");
        if (view.Override is { } said) Report.Line(console, $"  overridden until {said.ExpiresAt}: {said.Reason}");
    }

    private static string Told(DappView view)
    {
        var code = view.Seen is not { } seen ? "code not read yet" : seen.Code is { } there ? $"code {there}, since {seen.Since}" : "no contract";
        return string.Create(CultureInfo.InvariantCulture, $"trust {view.Trust.PerMille}, {code}, changed {view.Changes} times, calls {view.Settled}, failed {view.Failed}, incidents {view.Incidents}");
    }

    private static (Argument<ChainId> Chain, Argument<Address> Address) Contract() => (
        OperatorCommands.ChainArgument(),
        new("address") { Description = "The contract: 0x and 40 lower-case hex digits.", CustomParser = static result => Session.Parse<Address>(result) });

    private static Option<string> Reason() =>
        new("--reason") { Description = $"Why, in 1 to {OperatorStop.MaxReason} characters. Kept readable for ever: name no person.", Required = true };

    private static Option<int> Open(string name) =>
        new(name) { Description = "So many findings of this severity that are not mended (default 0).", DefaultValueFactory = _ => 0 };

    private static Option<DateOnly> Day(string name, string description) => new(name) { Description = $"{description} (yyyy-MM-dd).", Required = true };

    private static Instant Start(DateOnly day) => new(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds());

    /// <summary>Which code is meant.</summary>
    private sealed class CodeOptions
    {
        private readonly Option<Bytes32> _hash = Session.Required<Bytes32>("--code", "Keccak-256 of the runtime code that is meant: 0x and 64 hex digits.");

        private readonly Option<Address?> _implementation =
            new("--implementation") { Description = "What it calls, if it is an EIP-1967 proxy.", CustomParser = static result => Session.Parse<Address>(result) };

        public Command AddTo(Command command)
        {
            command.Add(_hash);
            command.Add(_implementation);
            return command;
        }

        public ContractCode Of(Session session) => new(session.Get(_hash), session.Find(_implementation));
    }
}
