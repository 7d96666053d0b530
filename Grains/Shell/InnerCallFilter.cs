using Orleans;
using Orleans.Runtime;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Keeps what is internal to grains: inner commands, and every call to a grain that has no business with clients, are refused when no grain sent them.
/// A gateway's credential does not change that.
/// </summary>
public sealed class InnerCallFilter : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is { } source && !source.IsClient()) return context.Invoke();
        if (IsInnerGrain(context.InterfaceMethod.DeclaringType))
            throw new UnauthorizedAccessException($"{RejectionCode.NotAllowedCaller}: {context.InterfaceName} answers grains only.");
        if (context.Request.GetArgumentCount() == 0 || context.Request.GetArgument(0) is not IInnerCommand command) return context.Invoke();
        context.Result = new CommandReply.Refused(
            new(RejectionCode.NotAllowedCaller, "a command that callers may send", command.GetType().Name));
        return Task.CompletedTask;
    }

    private static bool IsInnerGrain(Type? type) =>
        type == typeof(IKeyGrain) || type == typeof(ILaneGrain) || type == typeof(ICoinLaneGrain) || type == typeof(IWatchedTransactionGrain)
        || type == typeof(IRouterGrain) || type == typeof(IActGathererGrain);
}
