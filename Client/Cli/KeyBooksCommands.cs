using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Client.Cli;

/// <summary><c>tpw channel books</c>: whether all channels of a key, the contract and the account's own ledger agree.</summary>
internal static class KeyBooksCommands
{
    internal static Command Create()
    {
        var (account, side) = (Session.AccountArgument(), ChannelCommands.SideArgument());
        return new Command("books", "What all channels of this one's key came to, by the contract and by the account's own ledger; exit code 1 where they do not agree.") { account, side }
            .Runs(async (session, cancellationToken) =>
            {
                var channels = await session.ChannelsAsync(cancellationToken);
                var channel = await channels.ReadAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
                var view = await channels.ReadBooksAsync(KeyBooksRef.Of(channel.Opening), cancellationToken) ?? throw Session.NotFound($"the books of key {channel.Opening.Key}");
                session.Report.Show(view, ContractJson.Default.KeyBooksView, console => Describe(console, view));
                return view.Differences.IsEmpty ? ExitCode.Done : ExitCode.Refused;
            });
    }

    private static void Describe(IAnsiConsole console, KeyBooksView view)
    {
        Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"entries of the contract from block {view.From} to {view.Block}"));
        Report.Line(console, $"deposited {view.Deposited}: {view.ByPackets} by packets, {view.ByOthers} by others");
        Report.Line(console, $"given {view.Credited}, of which {view.Unattended} by channels without a side here");
        Report.Line(console, $"paid out {view.Pulled}: {view.PaidHome} to the account, {view.PaidElsewhere} elsewhere; {view.Credit} is still owed");
        if (view.Waiting > 0) Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{view.Waiting} transactions are not in the account's ledger yet"));
        foreach (var line in view.Channels)
            Report.Line(console, $"{line.Channel}: deposited {line.Deposited}, given {line.Credited}; {(line.Side is { } says ? $"its side says {says.Deposited} and {says.Credited}" : "no side is here")}");
        foreach (var difference in view.Differences) Report.Line(console, $"DIFFERENCE {difference.What}: {difference.Expected} expected, {difference.Actual} found");
        if (view.Differences.IsEmpty) Report.Line(console, "channels, contract and account agree");
    }
}
