using Microsoft.Extensions.Logging;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;
using static TPWallet.Grains.Shell.ShellReplies;

namespace TPWallet.Grains.Shell;

/// <summary>People's own words: sealed before anything is decided on them, opened where somebody looks. Other commands never come here.</summary>
public abstract partial class MachineGrain<TMachine, TState, TCommand, TEvent>
{
    /// <summary>The account that the texts of this grain are about.</summary>
    protected virtual AccountId DataSubject => throw new UnreachableException($"{TMachine.Kind} takes nobody's own words.");

    /// <summary>A view's text as its reader may see it.</summary>
    protected Task<string> OpenAsync(string text) => Texts.OpenAsync(DataSubject, text, CancellationToken.None);

    /// <summary>A view's refusal as its reader may see it.</summary>
    protected Task<Rejection> OpenAsync(Rejection rejection) => Texts.OpenAsync(DataSubject, rejection, CancellationToken.None);

    private PersonalTexts Texts => _services.Personal ?? throw new InvalidOperationException("This silo was put together without a place for personal keys.");

    private async Task<CommandReply> SubmitSealedAsync(IPersonalCommand command)
    {
        if (command.CheckPersonal() is { } rejection) return new CommandReply.Refused(rejection);
        string text;
        try
        {
            text = await Texts.SealAsync(DataSubject, command.Personal, CancellationToken.None);
        }
        catch (Exception e)
        {
            _log.LogError(e, "The data key of {Account} could not be taken.", DataSubject);
            return Refused(RejectionCode.Retry, "a readable journal", e.GetType().Name);
        }

        return await Take((TCommand)command.WithPersonal(text));
    }
}
