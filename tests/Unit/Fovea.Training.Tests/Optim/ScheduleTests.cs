using System.Text.Json;

namespace Fovea.Training.Tests;

public class ScheduleTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, OptimGoldens.All("schedules").Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Moves_as_torch_does(int number)
    {
        JsonElement golden = OptimGoldens.All("schedules")[number];
        Schedule schedule = Create(golden);
        double[] rates = [.. golden.GetProperty("rates").EnumerateArray().Select(r => r.GetDouble())];
        double[] momenta = [.. golden.GetProperty("momenta").EnumerateArray().Select(r => r.GetDouble())];
        double lr = golden.GetProperty("lr").GetDouble();
        for (int step = 0; step < rates.Length; step++)
        {
            Assert.Equal(rates[step], schedule.LearningRate(step), 1e-9 * lr);
            Assert.Equal(momenta[step], schedule.Momentum(step) ?? 0.9, 1e-9);
        }
    }

    [Fact]
    public void Stays_finite_for_one_step_and_beyond_its_end()
    {
        Schedule[] schedules = [new OneCycleSchedule(0.4, 1), new CosineSchedule(0.4, 1), new OneCycleSchedule(0.4, 2, new() { RiseShare = 0 }), new OneCycleSchedule(0.4, 2, new() { RiseShare = 1 })];
        foreach (Schedule schedule in schedules)
        {
            for (int step = 0; step < 5; step++)
            {
                Assert.InRange(schedule.LearningRate(step), 0, 0.4);
            }
        }
    }

    [Fact]
    public void Warmup_hands_over_at_the_full_rate()
    {
        var schedule = new WarmupSchedule(new CosineSchedule(0.4, 10), 5, start: 0.1);
        Assert.Equal(0.04, schedule.LearningRate(0), 1e-12);
        Assert.Equal(0.4, schedule.LearningRate(5), 1e-12);
        Assert.Equal(0.2, schedule.LearningRate(10), 1e-12);
        Assert.Equal(0, schedule.LearningRate(15), 1e-12);
    }

    [Fact]
    public void Apply_sets_rate_and_momentum()
    {
        using var optimizer = new Sgd([], 1, momentum: 0.9);
        new OneCycleSchedule(0.4, 10).Apply(optimizer, 0, scale: 0.5);
        Assert.Equal(0.4 / 25 * 0.5, optimizer.LearningRate, 1e-12);
        Assert.Equal(0.95, optimizer.Momentum);
        new ConstantSchedule(0.1).Apply(optimizer, 0);
        Assert.Equal(0.95, optimizer.Momentum);
    }

    private static Schedule Create(JsonElement golden)
    {
        JsonElement options = golden.GetProperty("options");
        double lr = golden.GetProperty("lr").GetDouble();
        int steps = golden.GetProperty("steps").GetInt32();
        return golden.GetProperty("kind").GetString() switch
        {
            "cosine" => new CosineSchedule(lr, steps, options.GetProperty("lowest").GetDouble()),
            "step" => new StepSchedule(
                lr, [.. options.GetProperty("milestones").EnumerateArray().Select(m => m.GetInt64())], options.GetProperty("factor").GetDouble()),
            "warmup" => new WarmupSchedule(new ConstantSchedule(lr), options.GetProperty("warmup").GetInt64(), options.GetProperty("start").GetDouble()),
            _ => new OneCycleSchedule(lr, steps, new OneCycleOptions
            {
                RiseShare = Number("riseShare", 0.3),
                StartDivisor = Number("startDivisor", 25),
                FinalDivisor = Number("finalDivisor", 1e4),
                IsLinear = Flag("isLinear", false),
                ThreePhases = Flag("threePhases", false),
                CycleMomentum = Flag("cycleMomentum", true),
            }),
        };

        double Number(string name, double otherwise) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
        bool Flag(string name, bool otherwise) => options.TryGetProperty(name, out JsonElement value) ? value.GetBoolean() : otherwise;
    }
}
