namespace TPWallet.Tests.Runtime;

/// <summary>How a call ended, when it failed.</summary>
internal static class Failures
{
    public static async Task<Exception?> Failure(this Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
