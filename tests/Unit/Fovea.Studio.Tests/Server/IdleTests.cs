using Fovea.Serving.Http;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Tests.Server;

/// <summary>What nobody uses is let go of.</summary>
public sealed class IdleTests
{
    private static readonly StudioOptions s_options = new() { Folder = AppContext.BaseDirectory };

    [Fact]
    public async Task A_session_that_nobody_uses_is_closed_and_one_that_is_used_stays()
    {
        var clock = new HandClock();
        using var state = new StudioState(s_options, clock);
        ModelInfo model = await state.Open(new OpenModel { Shipped = "clutter-cbam" }, TestContext.Current.CancellationToken);
        var request = new OpenSession(model.Id, "clutter-0-arrow");
        string used = (await state.Look(request, TestContext.Current.CancellationToken)).Id, left = (await state.Look(request, TestContext.Current.CancellationToken)).Id;
        clock.Pass(s_options.IdleTime - TimeSpan.FromSeconds(1));
        state.CloseIdle();
        Assert.NotNull(state.Sessions.Get(used));
        clock.Pass(TimeSpan.FromSeconds(1));
        state.CloseIdle();
        Assert.Equal((1, state.Sessions.Get(used).Bytes), (state.Sessions.Count, state.Sessions.Bytes));
        Assert.Equal(404, Assert.Throws<HttpProblem>(() => state.Sessions.Get(left)).Status);
    }

    [Fact]
    public async Task A_first_look_that_nobody_asked_for_is_let_go_of_and_opened_when_it_is_asked_for()
    {
        var clock = new HandClock();
        using var state = new StudioState(s_options, clock);
        state.CloseIdle();
        Assert.True(state.First.IsHeld);
        clock.Pass(s_options.IdleTime);
        state.CloseIdle();
        Assert.False(state.First.IsHeld);
        ModelInfo model = await state.Open(state.Shelf.First, TestContext.Current.CancellationToken);
        Assert.NotEmpty((await state.Look(new OpenSession(model.Id, state.FirstImage), TestContext.Current.CancellationToken)).Sites);
    }

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
