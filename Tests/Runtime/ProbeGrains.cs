using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace TPWallet.Tests.Runtime;

public interface IProbeGrain : IGrainWithStringKey
{
    Task Work(string name);

    [ReadOnly]
    Task Read(string name);

    [AlwaysInterleave]
    Task Interleave(string name);

    [OneWay]
    Task Shout(string name);

    [ResponseTimeout("00:00:05")]
    Task WorkShort(string name);

    Task<string> Cancellable(string name, CancellationToken cancellationToken);

    Task<int> Incarnation();

    Task Leave();

    Task LeaveAfter(string name);

    Task Delay(TimeSpan time);

    Task<string> CallAndBeCalled(string other);

    Task<string> CallBack(string other);

    Task<string?> ReadContext(string key);

    Task WriteContext(string key, string value);

    Task<string?> ReadContextBeyond(string other, string key);

    Task StartTimer(string name, TimeSpan due, TimeSpan period, bool interleave, bool keepAlive);

    Task StopTimer();

    Task ChangeTimerOnTick(TimeSpan due, TimeSpan period);

    Task FailOnTick();

    Task<string> Schedulers();

    Task ManyTurns(string name, int turns);
}

/// <summary>Writes down what happens to it, and waits at doors that the test opens.</summary>
internal abstract class ProbeGrainBase(Notes notes) : Grain, IProbeGrain
{
    private static int _incarnations;

    private readonly int _incarnation = Interlocked.Increment(ref _incarnations);
    private IGrainTimer? _timer;
    private bool _inTurn;
    private bool _failOnTick;
    private (TimeSpan Due, TimeSpan Period)? _change;

    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        notes.Add($"{Key} activates");
        if (Key.StartsWith("slow", StringComparison.Ordinal))
            await notes.Door($"{Key} activation").Task;
        if (Key.StartsWith("stillborn", StringComparison.Ordinal))
            throw new FormatException("stillborn");
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        notes.Add($"{Key} deactivates {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task Work(string name) => Pass(name);

    public Task Read(string name) => Pass(name);

    public Task Interleave(string name) => Pass(name);

    public Task Shout(string name) => name == "fail" ? throw new FormatException("nobody hears") : Pass(name);

    public Task WorkShort(string name) => Pass(name);

    public async Task<string> Cancellable(string name, CancellationToken cancellationToken)
    {
        notes.Add($"{name} starts");
        var (told, own) = (new TaskCompletionSource(), TaskScheduler.Current);
        using var registration = cancellationToken.Register(() =>
        {
            notes.Add($"{name} told in its own turn: {ReferenceEquals(TaskScheduler.Current, own)}");
            told.TrySetResult();
        });
        await told.Task;
        notes.Add($"{name} ends");
        return name;
    }

    public Task<int> Incarnation() => Task.FromResult(_incarnation);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveAfter(string name)
    {
        DeactivateOnIdle();
        await Pass(name);
    }

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task<string> CallAndBeCalled(string other) => Probe(other).CallBack(Key);

    public async Task<string> CallBack(string other)
    {
        await Probe(other).Incarnation();
        return "called back";
    }

    public Task<string?> ReadContext(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task WriteContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task<string?> ReadContextBeyond(string other, string key) => Probe(other).ReadContext(key);

    public Task StartTimer(string name, TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(Tick, name, new() { DueTime = due, Period = period, Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StopTimer()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task ChangeTimerOnTick(TimeSpan due, TimeSpan period)
    {
        _change = (due, period);
        return Task.CompletedTask;
    }

    public Task FailOnTick()
    {
        _failOnTick = true;
        return Task.CompletedTask;
    }

    public async Task<string> Schedulers()
    {
        var before = TaskScheduler.Current;
        await notes.Door("schedulers").Task;
        return ReferenceEquals(before, TaskScheduler.Current) && before != TaskScheduler.Default ? "same" : "different";
    }

    public async Task ManyTurns(string name, int turns)
    {
        for (var turn = 0; turn < turns; turn++)
        {
            if (_inTurn)
                notes.Add("two turns at once");
            _inTurn = true;
            notes.Add($"{name}{turn}");
            _inTurn = false;
            await Task.Yield();
        }
    }

    private IProbeGrain Probe(string key) => GrainFactory.GetGrain<IProbeGrain>(
        key, key.StartsWith("reentrant", StringComparison.Ordinal) ? typeof(ReentrantProbeGrain).FullName : typeof(ProbeGrain).FullName);

    private async Task Tick(string name, CancellationToken cancellationToken)
    {
        if (_change is { } change)
            _timer!.Change(change.Due, change.Period);
        _change = null;
        if (_failOnTick)
        {
            _failOnTick = false;
            notes.Add($"{name} fails");
            throw new FormatException("tick");
        }
        using var registration = cancellationToken.Register(() => notes.Add($"{name} cancelled"));
        await Pass(name);
    }

    private async Task Pass(string name)
    {
        notes.Add($"{name} starts");
        await notes.Door(name).Task;
        notes.Add($"{name} ends");
    }
}

internal sealed class ProbeGrain(Notes notes) : ProbeGrainBase(notes);

[Reentrant]
internal sealed class ReentrantProbeGrain(Notes notes) : ProbeGrainBase(notes);
