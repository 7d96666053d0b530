using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw packet fees, tpw packet quote: what the fee of each leg would be made of, before anything is signed.</summary>
internal static class FeeCommands
{
    /// <summary>Of a packet that is drafted or proposed.</summary>
    public static Command Fees()
    {
        var (account, packet) = (Session.AccountArgument(), Session.NameArgument("packet", "Name of the packet."));
        return new Command("fees", "Shows what the fee of each leg that is not signed yet would be made of if it were signed now.") { account, packet }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                return Show(session, await wallet.PreviewFeesAsync(new PacketRef(session.Get(account), session.Get(packet)), cancellationToken));
            });
    }

    /// <summary>Of a packet that nobody has seen yet.</summary>
    public static Command Quote()
    {
        var file = new Argument<string>("file") { Description = "The packet's content as JSON (see PacketContent in /openapi/v1.json); it is not drafted." };
        return new Command("quote", "Shows what the fees of a packet's legs would be made of, before it is drafted.") { file }
            .Runs(async (session, cancellationToken) =>
            {
                var content = await Session.ReadAsync(session.Get(file), ContractJson.Default.PacketContent, cancellationToken);
                var wallet = await session.WalletAsync(cancellationToken);
                return Show(session, await wallet.PreviewFeesAsync(content.Ref.Owner, new FeeQuestion(content.Legs, content.SettleBefore), cancellationToken));
            });
    }

    private static int Show(Session session, FeePreviews previews)
    {
        session.Report.Show(previews, ContractJson.Default.FeePreviews, console =>
        {
            foreach (var preview in previews.Legs) Write(console, preview);
        });
        return ExitCode.Done;
    }

    private static void Write(IAnsiConsole console, FeePreview preview)
    {
        Report.Line(console, $"leg       {preview.Leg} on {preview.Chain}");
        switch (preview)
        {
            case FeePreview.Gas gas:
                Report.Line(console, $"gas       {gas.EstimatedGas} estimated{(gas.IsSimulated ? " by a simulation after the legs before it" : "")}, limit {gas.GasLimit}");
                Report.Line(console, $"price     base fee {gas.BaseFeePerGas} in block {gas.NextBlock}, priority fee {gas.MaxPriorityFeePerGas}, max fee {gas.MaxFeePerGas} wei per gas");
                if (gas.DataFee is { } data) Report.Line(console, $"data fee  {data} wei");
                Write(console, gas.Total, "wei");
                break;
            case FeePreview.Coins coins:
                Report.Line(console, $"size      {coins.VirtualBytes} vbytes at most, {coins.Inputs} coins");
                Report.Line(console, $"price     {coins.FeeRateSatPerKvb} satoshis per 1000 vbytes; {coins.Change} satoshis come back");
                Write(console, coins.Total, "satoshis");
                break;
            case FeePreview.Refused refused:
                Report.Line(console, $"refused   {refused.Rejection}");
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static void Write(IAnsiConsole console, FeeTotal total, string unit)
    {
        var confidence = total.ConfidencePpm == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", as {total.ConfidencePpm / 10_000} of 100 like moments were");
        Report.Line(console, $"expected  {total.Expected} {unit}, mined within {total.WithinBlocks} blocks{confidence}");
        Report.Line(console, $"at most   {total.First} {unit} at first, {total.Most} {unit} with all replacements");
        Report.Line(console, $"cap       {total.Cap} {unit}{(total.ExceedsCap ? ": EXCEEDED, the leg would be refused" : "")}");
        if (total.Saving is not { } saving) return;
        var difference = (BigInteger)saving.Singly - saving.Together;
        var verdict = difference.Sign < 0 ? $"{-difference} {unit} more" : $"{difference} {unit} saved";
        Report.Line(console, $"batch     {saving.Together} {unit} for {saving.Payments} payments; singly {saving.Singly} {unit}, so {verdict}");
    }
}
