using Orleans;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>What an account's legs would pay in fees, one look at a time.</summary>
public sealed class FeePreviewGrain(PacketFees fees, ShellServices services) : Grain, IFeePreviewGrain
{
    /// <summary>How long one look may take: less than a caller waits for a grain.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private AccountId Account => AccountId.Parse(this.GetPrimaryKeyString());

    public Task<FeePreviewReply> Read(Name packet) => PatientlyAsync(async patience =>
        await GrainFactory.GetGrain<ITokenPacketGrain>(new PacketRef(Account, packet).Key).Read().WaitAsync(patience) is { } view
            ? await fees.PreviewAsync(view.Content, view.Legs, patience)
            : new FeePreviewReply.Refused(new(RejectionCode.NotFound, $"packet {packet}", "none")));

    public Task<FeePreviewReply> Ask(FeeQuestion question)
    {
        var content = new PacketContent(new(Account, "preview"), 1, "preview", question.Legs, [], question.SettleBefore, question.SettleBefore);
        return PacketForm.Check(content) is { } refusal
            ? Task.FromResult<FeePreviewReply>(new FeePreviewReply.Refused(refusal))
            : PatientlyAsync(patience => fees.PreviewAsync(content, [], patience));
    }

    private async Task<FeePreviewReply> PatientlyAsync(Func<CancellationToken, Task<FeePreviewReply>> look)
    {
        using var patience = new CancellationTokenSource(_patience, services.Time);
        try
        {
            return await look(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new FeePreviewReply.Refused(new(RejectionCode.NodeUnavailable, $"the chain's answers within {_patience}", "none in time"));
        }
    }
}
