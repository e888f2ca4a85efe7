using Fovea.Serving.Hosting;

namespace Fovea.Serving.Tests.Limits;

/// <summary>Bytes that requests share.</summary>
public sealed class ByteBudgetTests
{
    [Fact]
    public async Task Who_waits_is_served_in_the_order_of_asking()
    {
        var budget = new ByteBudget(10);
        IDisposable all = budget.TryTake(10)!;
        Task<IDisposable> large = budget.Take(8, CancellationToken.None), small = budget.Take(2, CancellationToken.None), last = budget.Take(5, CancellationToken.None);
        Assert.Null(budget.TryTake(1));
        all.Dispose();
        IDisposable first = await large;
        await small;
        Assert.False(last.IsCompleted);

        // One byte less than the last wants: what comes later does not overtake it.
        Assert.Null(budget.TryTake(0));
        first.Dispose();
        (await last).Dispose();
        Assert.NotNull(budget.TryTake(8));
    }

    [Fact]
    public async Task Who_gives_up_stands_in_the_way_of_nobody_and_gives_back_once()
    {
        var budget = new ByteBudget(10);
        IDisposable some = budget.TryTake(6)!;
        using var given = new CancellationTokenSource();
        Task<IDisposable> large = budget.Take(10, given.Token), small = budget.Take(4, CancellationToken.None);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        IDisposable four = await small;
        some.Dispose();
        some.Dispose();
        four.Dispose();
        Assert.NotNull(budget.TryTake(10));
        Assert.Null(budget.TryTake(1));
    }

    [Fact]
    public async Task More_than_there_is_is_never_waited_for() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new ByteBudget(10).Take(11, CancellationToken.None));
}
