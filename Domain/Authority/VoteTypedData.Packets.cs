using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

public static partial class VoteTypedData
{
    /// <summary>Length of a Solidity function selector in bytes.</summary>
    private const int SelectorLength = 4;

    private static TypedValue Message(VoteContent vote, PacketContent packet, EffectBounds bounds) => TypedValue.StructOf([
        ("decision", Text(vote.Decision)),
        ("account", Hash(packet.Ref.Owner.Hash)),
        ("packet", Text(packet.Ref.Id)),
        ("revision", TypedValue.Of(packet.Revision)),
        ("proposer", Text(packet.Proposer)),
        ("transfers", TypedValue.ArrayOf(packet.Legs.OfType<Leg.ChainTransfer>().Select(Transfer))),
        ("calls", TypedValue.ArrayOf(packet.Legs.OfType<Leg.ContractCall>().Select(Call))),
        ("ledgerTransfers", TypedValue.ArrayOf(packet.Legs.OfType<Leg.LedgerTransfer>().Select(LedgerTransfer))),
        ("allocations", TypedValue.ArrayOf(packet.Allocations.Select(Allocation))),
        ("bounds", BoundsValue(Bounds.Normalise(bounds))),
        ("openBeforeUnixMs", TypedValue.Of(packet.OpenBefore.UnixMs)),
        ("settleBeforeUnixMs", TypedValue.Of(packet.SettleBefore.UnixMs)),
        ("compensateBefore", TypedValue.Of(packet.CompensateBefore?.ToString() ?? "none")),
        ("packetHash", Hash(Canonical.Hash(packet))),
        ("effectDigest", Hash(Bounds.Digest(bounds))),
        .. Frame(vote),
        .. HasPayments(packet) ? [("coinPayments", TypedValue.ArrayOf(packet.Legs.OfType<Leg.CoinPayments>().Select(Payments)))] : Array.Empty<(string, TypedValue)>(),
        .. HasChannels(packet) ? [("channelPayments", TypedValue.ArrayOf(packet.Legs.OfType<Leg.ChannelPayment>().Select(leg => ChannelPayment(packet, leg))))] : Array.Empty<(string, TypedValue)>(),
        .. HasCoinReturns(packet) ? [("coinReturns", TypedValue.ArrayOf(packet.Legs.Select(CoinReturn)))] : Array.Empty<(string, TypedValue)>()]);

    private static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> TypesOf(PacketContent packet) =>
        HasPayments(packet) ? HasChannels(packet) ? VoteTypes.PacketWithPaymentsAndChannels : VoteTypes.PacketWithPayments
        : HasChannels(packet) ? VoteTypes.PacketWithChannels : HasCoinReturns(packet) ? VoteTypes.PacketWithCoinReturns : VoteTypes.Packet;

    private static TypedValue Transfer(Leg.ChainTransfer leg) => TypedValue.StructOf([
        ("leg", Text(leg.Id)),
        .. Plan(leg),
        ("chain", Text(leg.Amount.Asset.Chain)),
        ("from", Address(leg.From)),
        ("to", Address(leg.To)),
        ("asset", Text(leg.Amount.Asset)),
        ("amount", Number(leg.Amount.Value)),
        ("maxFee", Number(leg.Fee.Max))]);

    private static TypedValue Call(Leg.ContractCall leg)
    {
        Span<byte> method = stackalloc byte[SelectorLength];
        method.Clear();
        leg.Data.Span[..Math.Min(SelectorLength, leg.Data.Length)].CopyTo(method);
        return TypedValue.StructOf([
            ("leg", Text(leg.Id)),
            .. Plan(leg),
            ("chain", Text(leg.Chain)),
            ("from", Address(leg.From)),
            ("to", Address(leg.To)),
            ("value", Number(leg.Value)),
            ("method", TypedValue.Of(method)),
            ("dataHash", TypedValue.Of(Keccak256.Hash(leg.Data.Span))),
            ("maxSpent", Amounts(leg.MaxSpent)),
            ("minReceived", Amounts(leg.MinReceived)),
            ("maxFee", Number(leg.Fee.Max))]);
    }

    private static TypedValue LedgerTransfer(Leg.LedgerTransfer leg) => TypedValue.StructOf([
        ("leg", Text(leg.Id)),
        .. Plan(leg),
        ("to", Hash(leg.To.Hash)),
        ("asset", Text(leg.Amount.Asset)),
        ("amount", Number(leg.Amount.Value))]);

    private static bool HasPayments(PacketContent packet) => packet.Legs.Any(static leg => leg is Leg.CoinPayments);

    private static bool HasChannels(PacketContent packet) => packet.Legs.Any(static leg => leg is Leg.ChannelPayment);

    /// <summary>What is made instead is among the transfers, by its name here.</summary>
    private static TypedValue ChannelPayment(PacketContent packet, Leg.ChannelPayment leg) => TypedValue.StructOf([
        ("leg", Text(leg.Id)),
        .. Plan(leg),
        ("key", Text(leg.Key)),
        ("chain", Text(leg.Invoice.Place.Chain)),
        ("manager", Address(leg.Invoice.Place.Manager)),
        ("asset", Text(leg.Amount.Asset)),
        ("amount", Number(leg.Amount.Value)),
        ("maxFee", Number(leg.MostFee)),
        ("maxParts", TypedValue.Of(leg.MostParts)),
        ("untilUnixMs", TypedValue.Of(leg.Until.UnixMs)),
        ("payee", Hash(leg.Invoice.Ref.Account.Hash)),
        ("payeeKey", Address(leg.Invoice.Terms.Node ?? default)),
        ("invoice", Text(leg.Invoice.Ref.Id)),
        ("paymentHash", Hash(leg.Invoice.Terms.Hash)),
        ("insteadIfUnpaid", TypedValue.Of(LegPlan.MadeInstead(packet, leg.Id)?.Id.Value ?? ""))]);

    /// <summary>Whoever gives deposits back does nothing else (PacketForm).</summary>
    private static bool HasCoinReturns(PacketContent packet) => !packet.Legs.IsEmpty && packet.Legs.All(static leg => CoinLegs.ReturnedBy(leg) is not null);

    private static TypedValue CoinReturn(Leg leg)
    {
        var deposit = CoinLegs.ReturnedBy(leg)!.Value;
        return TypedValue.StructOf(("leg", Text(leg.Id)), ("chain", Text(deposit.Chain)), ("transaction", Hash(deposit.TxHash)), ("output", TypedValue.Of(deposit.LogIndex)));
    }

    private static TypedValue Payments(Leg.CoinPayments leg) => TypedValue.StructOf([
        ("leg", Text(leg.Id)),
        .. Plan(leg),
        ("chain", Text(leg.Chain)),
        ("from", Address(leg.From)),
        ("payees", TypedValue.ArrayOf(leg.Payees.Select(payee => TypedValue.StructOf(
            ("form", Text(payee.Form)), ("script", TypedValue.Of(payee.Script.Span)), ("amount", Number(payee.Value)))))),
        ("maxFee", Number(leg.Fee.Max))]);

    private static IEnumerable<(string Name, TypedValue Value)> Plan(Leg leg) =>
    [
        ("after", Texts(leg.After)),
        ("group", TypedValue.Of(leg.Group?.Value ?? "")),
        ("confirmations", TypedValue.Of(leg.Finality?.Confirmations.ToString(CultureInfo.InvariantCulture) ?? "chain's rule")),
        ("compensates", TypedValue.Of(leg.Compensates?.Value ?? "")),
        ("replaces", TypedValue.Of(leg.Replaces?.Leg.ToString() ?? "")),
        ("consumedBy", TypedValue.Of(leg.Replaces?.ConsumedBy.ToString() ?? "")),
    ];

    private static TypedValue Allocation(Allocation allocation) => TypedValue.StructOf(
        ("asset", Text(allocation.Input.Asset)),
        ("input", Number(allocation.Input.Value)),
        ("operatorFee", Number(allocation.OperatorFee)),
        ("shares", TypedValue.ArrayOf(allocation.Shares.Select(share => TypedValue.StructOf(
            ("leg", Text(share.Leg)), ("amount", Number(share.Value)))))),
        ("remainder", Text(allocation.Remainder)));

    private static TypedValue BoundsValue(EffectBounds bounds) => TypedValue.StructOf(
        ("addresses", TypedValue.ArrayOf(bounds.Addresses.Select(entry => TypedValue.StructOf(
            ("chain", Text(entry.Chain)), ("at", Address(entry.Address)), ("maxOut", Amounts(entry.MaxOut)), ("minIn", Amounts(entry.MinIn)))))),
        ("allowances", TypedValue.ArrayOf(bounds.Allowances.Select(entry => TypedValue.StructOf(
            ("asset", Text(entry.Asset)), ("owner", Address(entry.Owner)), ("spender", Address(entry.Spender)), ("max", Number(entry.Max)))))),
        ("targets", TypedValue.ArrayOf(bounds.Targets.Select(entry => TypedValue.StructOf(
            ("chain", Text(entry.Chain)),
            ("at", Address(entry.Address)),
            ("codeHash", Hash(entry.CodeHash)),
            ("implementation", TypedValue.Of(entry.Implementation?.Value ?? "none")),
            ("delegate", TypedValue.Of(entry.Delegate?.Value ?? "none")))))),
        ("special", TypedValue.ArrayOf(bounds.Special.Select(entry => TypedValue.StructOf(
            ("effect", Text(entry.Kind)), ("leg", Text(entry.Leg)), ("detail", TypedValue.Of(entry.Detail)))))));

    private static TypedValue Amounts(ImmutableArray<Amount> amounts) => TypedValue.ArrayOf(amounts.Select(amount => TypedValue.StructOf(
        ("asset", Text(amount.Asset)), ("amount", Number(amount.Value)))));
}
