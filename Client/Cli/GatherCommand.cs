using System.CommandLine;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Client.Batches;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw packet gather: several drafts as one, in which payments from the same address share a transaction. It asks nobody and sends nothing.</summary>
internal static class GatherCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Drafts: packets' contents as JSON, of one account and proposer.", Arity = new(2, PacketContent.MaxLegs) };
        var packet = Session.Required<Name>("--packet", "Name of the new packet.");
        var contracts = new Option<string[]>("--contract")
        {
            Description = "Where Contracts/multisend stands, as CHAIN=ADDRESS; payments on an EVM chain that is not named go by themselves.",
        };
        var least = new Option<int>("--least") { Description = "With fewer payments there is no batch.", DefaultValueFactory = static _ => 2 };
        var output = new Option<string>("--out", "-o") { Description = "Where the packet goes; a new file.", Required = true };
        return new Command("gather", "Makes one packet of several drafts, for those who prefer cost to speed; see what it saves with `tpw packet quote`.")
        {
            files, packet, contracts, least, output,
        }.Runs(async (session, cancellationToken) =>
        {
            var drafts = new List<PacketContent>();
            foreach (var file in session.Get(files)) drafts.Add(await Session.ReadAsync(file, ContractJson.Default.PacketContent, cancellationToken));
            if (session.Get(least) < 2) throw new ArgumentException($"--least is 2 or more, not {session.Get(least)}.");
            var answer = PacketGatherer.Gather(session.Get(packet), drafts, (session.Find(contracts) ?? []).Select(Contract).ToDictionary(), session.Get(least));
            if (answer is Answer<PacketContent>.Refused refused) return session.Report.Refuse(refused.Rejection);
            var content = answer.OrThrow();
            await Session.WriteNewAsync(session.Get(output), JsonSerializer.Serialize(content, ContractJson.Default.PacketContent), cancellationToken);
            return session.Report.Done(
                ("legs", string.Join(", ", content.Legs.Select(static leg => leg.Id))), ("before", $"{drafts.Sum(static draft => draft.Legs.Length)}"), ("file", session.Get(output)));
        });
    }

    private static KeyValuePair<ChainId, Address> Contract(string text) =>
        text.Split('=') is [var chain, var address] && ChainId.TryParse(chain, out var on) && EthereumAddress.Parse(address).TryGet(out var at, out _)
            ? new(on, at)
            : throw new ArgumentException($"\"{text}\" is not CHAIN=ADDRESS.");
}
