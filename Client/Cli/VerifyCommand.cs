using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw verify: checks an evidence file offline, believing nothing but the account id.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The evidence file, as tpw packet evidence wrote it." };
        var account = Session.Required<AccountId>("--account", "The account id that you know and trust: 0x and 64 hex digits.");
        return new Command("verify", "Checks an evidence file offline, from the account id alone. Exit code 0: it proves; 1: it does not.") { file, account }
            .Runs(async (session, cancellationToken) =>
            {
                var path = session.Get(file);
                var length = new FileInfo(path).Length;
                if (length > EvidenceFile.MaxBytes) throw new InvalidDataException($"{path} has {length} bytes, more than {EvidenceFile.MaxBytes}.");
                var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
                return EvidenceFile.Verify(session.Get(account), bytes, EthereumEvidence.Instance) switch
                {
                    EvidenceVerdict.Proved proved => Proved(session.Report, proved),
                    EvidenceVerdict.Refused refused => Refused(session.Report, refused),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
            });
    }

    private static int Proved(Report report, EvidenceVerdict.Proved proved)
    {
        var voters = string.Join(", ", proved.Voters);
        report.Show(
            new JsonObject
            {
                ["proved"] = true,
                ["packet"] = proved.Packet.Key,
                ["signer"] = proved.SignerIdentity.ToString(),
                ["voters"] = new JsonArray([.. proved.Voters.Select(static voter => JsonValue.Create(voter.Value))]),
                ["blocks"] = new JsonArray([.. proved.Blocks.Select(static block => (JsonNode)new JsonObject
                {
                    ["chain"] = block.Chain.Value,
                    ["transaction"] = block.TxHash.ToString(),
                    ["number"] = block.Block.Number,
                    ["hash"] = block.Block.Hash.ToString(),
                    ["confirmations"] = block.Confirmations,
                })]),
                ["ledgerLegs"] = proved.LedgerLegs,
                ["changes"] = proved.Changes,
                ["rows"] = proved.Rows,
            },
            console =>
            {
                Report.Line(console, $"proved    packet {proved.Packet.Key}");
                Report.Line(console, $"voters    {voters}");
                Report.Line(console, $"signer    {proved.SignerIdentity}: compare it with the one that you know");
                Report.Line(console, $"journal   {proved.Rows} rows, {proved.Changes} changes, {proved.LedgerLegs} ledger legs");
                Write(console, proved);
            });
        return ExitCode.Done;
    }

    /// <summary>What no file can tell: whether the chain has these blocks.</summary>
    private static void Write(IAnsiConsole console, EvidenceVerdict.Proved proved)
    {
        if (proved.Blocks.IsEmpty) return;
        var blocks = Report.Table("To be asked of a node that you trust: are these blocks in the chain?", "chain", "number", "block", "transaction");
        foreach (var block in proved.Blocks)
            Report.Row(blocks, block.Chain.Value, $"{block.Block.Number}", $"{block.Block.Hash}", $"{block.TxHash}");
        console.Write(blocks);
    }

    private static int Refused(Report report, EvidenceVerdict.Refused refused)
    {
        if (!report.IsJson)
        {
            Console.Error.WriteLine($"tpw: the evidence does not hold at step \"{refused.Step}\"");
            return report.Refuse(refused.Rejection);
        }

        report.Show(
            new JsonObject
            {
                ["proved"] = false,
                ["step"] = refused.Step,
                ["code"] = refused.Rejection.Code.ToString(),
                ["expected"] = refused.Rejection.Expected,
                ["actual"] = refused.Rejection.Actual,
            },
            static _ => { });
        return ExitCode.Refused;
    }
}
