using System.CommandLine;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw packet batch: the leg that makes several payments in one transaction, with the allowances that it needs before it. It asks nobody and sends nothing.</summary>
internal static class BatchCommand
{
    private static readonly Option<ChainId> Chain = Session.Required<ChainId>("--chain", "Chain such as eip155:1.");
    private static readonly Option<string> From = new("--from") { Description = "The own address that pays.", Required = true };
    private static readonly Option<UInt256> Fee = new("--fee")
    {
        Description = "Fee budget of each leg, in wei or satoshis.",
        Required = true,
        CustomParser = static result =>
        {
            if (UInt256.TryParse(result.Tokens[0].Value, out var value)) return value;
            result.AddError($"\"{result.Tokens[0].Value}\" is not a whole number of wei or satoshis.");
            return default;
        },
    };

    private static readonly Option<string?> Contract = new("--contract") { Description = "Where Contracts/multisend stands on that chain; none on a Bitcoin chain." };

    private static readonly Option<string[]> Pay = new("--pay")
    {
        Description = "A payment, in base units: TO=AMOUNT, or TO=AMOUNT@TOKEN of an ERC-20 token. Up to 64.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Leg = new("--leg") { Description = "Name of the leg.", DefaultValueFactory = static _ => "batch" };
    private static readonly Option<string?> Packet = new("--packet") { Description = "A packet's content as JSON: the legs are added to it." };
    private static readonly Option<string> Output = new("--out", "-o") { Description = "Where the legs go, or the packet with them; a new file.", Required = true };

    public static Command Create() => new Command("batch", "Builds the leg that makes several payments in one transaction; see its cost with `tpw packet quote`.")
    {
        Chain, From, Contract, Pay, Fee, Leg, Packet, Output,
    }.Runs(static async (session, cancellationToken) =>
    {
        var content = session.Find(Packet) is { } file ? await Session.ReadAsync(file, ContractJson.Default.PacketContent, cancellationToken) : null;
        var legs = session.Get(Chain).IsBitcoin ? Coins(session) : Contracts(session, content?.Legs ?? []);
        await Session.WriteNewAsync(
            session.Get(Output),
            content is null
                ? JsonSerializer.Serialize(legs, ContractJson.Default.ImmutableArrayLeg)
                : JsonSerializer.Serialize(content with { Legs = content.Legs.AddRange(legs) }, ContractJson.Default.PacketContent),
            cancellationToken);
        return session.Report.Done(
            ("legs", string.Join(", ", legs.Select(static leg => leg.Id))), ("payments", $"{session.Get(Pay).Length}"), ("file", session.Get(Output)));
    });

    private static ImmutableArray<Leg> Coins(Session session)
    {
        var chain = session.Get(Chain);
        if (session.Find(Contract) is not null) throw new ArgumentException("A Bitcoin chain needs no --contract.");
        var payees = session.Get(Pay).Select(text =>
        {
            var (to, amount, token) = Split(text);
            return token is null ? new CoinPayee(CoinScript.Parse(chain, to).OrThrow(), amount) : throw new ArgumentException($"No tokens on {chain}: {text}.");
        });
        var leg = new Leg.CoinPayments(
            session.Get(Leg), [], chain, CoinAddress.Parse(chain, session.Get(From)).OrThrow(), [.. payees], new(session.Get(Fee)));
        return leg.Payees.Length <= Grains.Interfaces.Packets.Leg.CoinPayments.MaxPayees ? [leg] : throw TooMany();
    }

    private static ImmutableArray<Leg> Contracts(Session session, ImmutableArray<Leg> before)
    {
        var (chain, fee) = (session.Get(Chain), new FeeBudget(session.Get(Fee)));
        if (!chain.IsEvm) throw new ArgumentException($"No batches on {chain}.");
        var (from, contract) = (AddressOf(session.Get(From)), AddressOf(session.Find(Contract) ?? throw new ArgumentException("An EVM chain needs --contract.")));
        ImmutableArray<BatchPayment> payments =
        [
            .. session.Get(Pay).Select(text =>
            {
                var (to, amount, token) = Split(text);
                var asset = token is null ? AssetId.Native(chain) : AssetId.Erc20(chain, AddressOf(token));
                return new BatchPayment(AddressOf(to), new(asset, amount));
            }),
        ];
        if (payments.Length > MultiSend.MaxPayments) throw TooMany();
        if (payments.Any(static payment => payment.Amount.Value.IsZero)) throw new ArgumentException("Every payment is above zero.");
        Name name = session.Get(Leg);
        var batch = MultiSend.Leg(name, [], chain, from, contract, payments, fee);
        var calls = MultiSend.CallsIn(before, chain, from, contract);
        var approvals = batch.MaxSpent.Where(static spent => !spent.Asset.IsNative)
            .Select((spent, i) => MultiSend.Approval($"{name}-approve-{i + 1}", from, contract, spent, fee) with { After = calls }).ToImmutableArray();
        return [.. approvals, batch with { After = [.. approvals.Select(static approval => approval.Id)] }];
    }

    private static (string To, UInt256 Amount, string? Token) Split(string text)
    {
        var (equals, at) = (text.IndexOf('=', StringComparison.Ordinal), text.IndexOf('@', StringComparison.Ordinal));
        return equals > 0 && UInt256.TryParse(text[(equals + 1)..(at < 0 ? text.Length : Math.Max(at, equals + 1))], out var amount)
            ? (text[..equals], amount, at < 0 ? null : text[(at + 1)..])
            : throw new ArgumentException($"\"{text}\" is not TO=AMOUNT or TO=AMOUNT@TOKEN.");
    }

    private static Address AddressOf(string text) => EthereumAddress.Parse(text).TryGet(out var address, out var refusal)
        ? address
        : throw new ArgumentException($"\"{text}\" is no address: expected {refusal.Expected}.");

    private static ArgumentException TooMany() => new($"At most {MultiSend.MaxPayments} payments are made at once.");
}
