using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What a receipt proves of a batch (<see cref="MultiSend"/>): the contract leaves an event for each payment, with its sender and its place. A payee that calls the
/// contract while it is paid is another sender. Native coin that a contract moves is in no receipt by itself: this event is the proof of it.
/// </summary>
public static class BatchEvents
{
    private static readonly byte[] _noToken = new byte[20];

    /// <summary>Null where the logs hold the events of exactly these payments, in their order. Codes: batch.events, batch.payment.</summary>
    public static DecodeRefusal? Check(Leg.ContractCall call, IEnumerable<LogEntry> logs)
    {
        if (MultiSend.Read(call) is not { } payments) return null;
        var from = Word(call.From);
        var sent = logs.Where(log => log.Address == call.To && log.Topics.Count == 4 && log.Topics[0] == MultiSend.SentTopic && log.Topics[1] == from).ToArray();
        if (sent.Length != payments.Length) return new("batch.events", $"{payments.Length} payments of {call.From}", $"{sent.Length}");
        for (var i = 0; i < sent.Length; i++)
        {
            var (topics, payment) = (sent[i].Topics, payments[i]);
            if (topics[2] != new Bytes32((ulong)i) || topics[3] != Word(payment.To) || sent[i].Data != Data(payment.Amount))
                return new("batch.payment", $"payment {i} of {payment.Amount} to {payment.To}", "another");
        }

        return null;
    }

    private static HexBytes Data(Amount amount)
    {
        var data = new byte[64];
        (amount.Asset.Contract?.ToArray() ?? _noToken).CopyTo(data, 12);
        amount.Value.ToBigEndian(data.AsSpan(32));
        return data;
    }

    private static Bytes32 Word(Address address) => new(UInt256.FromBigEndian(address.ToArray()));
}
