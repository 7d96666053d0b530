using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Whether a transaction funds a channel as its parties agreed, before money is sent by it. Code: Malformed, where it does not read, an input could be changed by others
/// (its id would be another, and the money lost until both sign anew), or an input is not signed; PayloadMismatch, where the output is not the channel's.
/// </summary>
internal static class CoinFundingCheck
{
    public static Rejection? Check(CoinChannelView view, CoinCommand.Fund fund)
    {
        if (fund.Transaction is not { } raw) return null;
        if (!BitcoinTransaction.Decode(raw.Span).TryGet(out var transaction, out var unfit)) return new(RejectionCode.Malformed, unfit.Expected, unfit.Actual);
        if (CoinFundings.OutputOf(view) is not { } output) return new(RejectionCode.WrongState, "a channel whose peer is known", view.Phase.ToString());
        if (transaction.Txid().Shown != fund.Funding.TxHash) return new(RejectionCode.PayloadMismatch, $"transaction {fund.Funding.TxHash}", $"{transaction.Txid()}");
        if (fund.Funding.Index >= transaction.Outputs.Count || transaction.Outputs[(int)fund.Funding.Index] != output)
            return new(RejectionCode.PayloadMismatch, $"{output.ValueSat} satoshis to {view.FundingAddress} as output {fund.Funding.Index}", "another output");
        return transaction.Inputs.All(static input => input.Witness.Count > 0 && input.ScriptSig.Length == 0)
            ? null
            : new(RejectionCode.Malformed, "native segregated witness in each input, signed", "another input");
    }
}
