"""Plan a fine-tuning before it is started: what, on what data, how long, how much memory."""

from chainzoo.agent.planning.plan import TuningPlan, plan_fingerprint, plan_tuning

__all__ = ["TuningPlan", "plan_fingerprint", "plan_tuning"]
