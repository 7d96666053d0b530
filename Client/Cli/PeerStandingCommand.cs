using System.CommandLine;
using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Peers;

namespace TPWallet.Client.Cli;

/// <summary>tpw operator peer: how an operator at the other side of channels stands, and why.</summary>
internal static class PeerStandingCommand
{
    private const int Point = 1_000;

    public static Command Create()
    {
        var peer = Session.NameArgument("name", "The peer's name in Peers:Operators.");
        var forgive = new Option<bool>("--forgive") { Description = "What it did wrong counts no more; what it did stays listed." };
        var because = new Option<string?>("--because") { Description = $"With --forgive: why, in 1 to {OperatorStop.MaxReason} characters. Kept readable for ever: name a ticket, no person." };
        return new Command("peer", "Shows how an operator at the other side of channels stands, and what it did. With --forgive it sets that right.") { peer, forgive, because }
            .Runs(async (session, cancellationToken) =>
            {
                var silo = await session.OperatorAsync(cancellationToken);
                var reason = session.Find(because);
                if (session.Find(forgive) != reason is not null) throw new FormatException("--forgive and --because go together.");
                if (reason is not null) return session.Report.Reply(await silo.ForgivePeerAsync(session.Key, session.Get(peer), reason, cancellationToken), session.Key);
                var view = await silo.ReadPeerAsync(session.Get(peer), cancellationToken) ?? throw Session.NotFound($"peer {session.Get(peer)}");
                session.Report.Show(view, ContractJson.Default.PeerView, console =>
                {
                    foreach (var line in Lines(view)) Report.Line(console, line);
                });
                return ExitCode.Done;
            });
    }

    private static IEnumerable<string> Lines(PeerView view)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{view.Name}: {view.Level}, {Told(view.Score)} points ({Told(view.Good)} good, {Told(view.Bad)} bad); {view.Channels} open channels");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"watched below {view.Policy.WatchBelow}, halved below {view.Policy.HalveBelow}, no channel below {view.Policy.BarBelow}; half is forgotten after {view.Policy.HalfLife.Ms / 3_600_000} hours");
        if (view.Allowance is { } allowance) yield return string.Create(CultureInfo.InvariantCulture, $"each channel holds at most {allowance.Slots} locks for it, and {allowance.Ppm} millionths of its terms");
        foreach (var count in view.Counts) yield return string.Create(CultureInfo.InvariantCulture, $"{count.Reason} {count.Count}");
        foreach (var (side, dealing) in view.Latest)
            yield return string.Create(CultureInfo.InvariantCulture, $"  {dealing.At} {dealing.Reason}{(dealing.Count > 1 ? $" ×{dealing.Count}" : "")}, {side}, {dealing.Number}");
        if (view.Forgiven is { } forgiven) yield return $"forgiven {Told(forgiven.Was)} points at {forgiven.At} by {forgiven.Operator}: {forgiven.Because}";
    }

    private static string Told(long score) => string.Create(CultureInfo.InvariantCulture, $"{(score < 0 ? "-" : "")}{Math.Abs(score) / Point}.{Math.Abs(score) % Point:D3}");
}
