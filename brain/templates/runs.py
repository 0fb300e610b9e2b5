"""Requests about fine-tunings."""

from __future__ import annotations

from templates.phrases import POLITE

ENGLISH: dict[str, list[str]] = {
    "tune_model": [
        "[just|only] the head [please|]: FILE",
        "METHOD [please|] [on|with|:] FILE",
        "[a|one] METHOD [run|training] [on|with] CARD and FILE",
        "METHOD on CARD with FILE, [lr|learning rate] NUM, [bs|batch size] NUM, NUM epochs, call it NAME",
        f"{POLITE} [tune|fine-tune|finetune|fine tune|train|retrain|teach|fit|adapt] [CARD|a model|a classifier|a small model|an encoder|an entity tagger|a tagger|a sentiment model|an intent classifier|something|a TASK model|a spam filter|the model|me a model|me a classifier] [on|with|using|from] FILE [with METHOD|using METHOD|METHOD|for NUM epochs|NUM epochs|with batch size NUM|with learning rate NUM|and call it NAME|and name it NAME|as NAME|, call it NAME|, name NAME|for NUM epochs and name it NAME|with METHOD, NUM epochs, name it NAME|with METHOD for NUM epochs|]",
        f"{POLITE} [do|run|start|launch|kick off|begin] [a|an|] [METHOD|full|quick|lora|] [fine-tuning|fine tuning|finetuning|training|training run|tuning|run] [of CARD|] on FILE [, learning rate NUM|, batch size NUM|, NUM epochs|called NAME|with NUM epochs|]",
        "[METHOD|full|lora|head-only] [fine-tuning|fine-tune|tuning|training] [of|for] CARD on FILE [, learning rate NUM, batch size NUM|, NUM epochs|for NUM epochs|]",
        f"{POLITE} [make|build|create|get|give] me a [classifier|tagger|model|sentiment model|entity recogniser|named entity model|topic model|spam detector|intent model|TASK model] [from|out of|with|on|using] FILE [and call it NAME|called NAME|named NAME|]",
        f"{POLITE} [learn|train] [from|on] FILE [with CARD|using CARD|starting from CARD|based on CARD|] [for NUM epochs|with METHOD|]",
        "[use|take|try] CARD [and|to] [train|tune|fine-tune|learn] [it|] on FILE [for NUM epochs|with METHOD|]",
        "[train|tune] [on|with] [it|this|that|the same file|the same data|that file] [with METHOD|for NUM epochs|]",
        "[same again|again|once more|the same|do it again|one more time|repeat that|rerun it] [but|, but|only|] [with METHOD|with NUM epochs|for NUM epochs|with CARD|with a learning rate of NUM|using METHOD|with batch size NUM|in full]",
        "[use that one|use it|take that one|take this one|go with that|go with CARD|use the first one] [on FILE|for FILE|and train on FILE|to train on FILE]",
        "[i want|i need|i'd like] [a|my own] [classifier|tagger|model|sentiment model|entity model] [trained|tuned|fine-tuned|learnt] on FILE [for NUM epochs|named NAME|]",
        "FILE has [my tickets|labelled reviews|our data|annotated sentences], [train|tune|fine-tune] [something|CARD|a model] on it",
        "set up a [training|tuning|fine-tuning] [job|run] [for|of|with] CARD on FILE",
        "[with METHOD|using METHOD|for NUM epochs], [train|tune|fine-tune] CARD on FILE",
    ],
    "run_status": [
        "[is|has] [NAME|it|the run|the training|the fine-tuning|run NAME] [ready|done|finished|still running|complete|completed|ready yet|done yet|through]",
        "[how is|how's|how far is|how far along is|what's with] [NAME|the training|the run|it|the fine-tuning|training of NAME|my run|run NAME] [going|doing|coming along|getting on|progressing|]",
        "[what's|what is|show me|give me|check|tell me] [the|] [status|progress|state|loss] of [NAME|the run|the training|run NAME|my run]",
        "[when will|how long until|how much longer until|how long does] [NAME|it|the training|the run] [be done|be ready|finish|take|is done]",
        "[did|has] [NAME|the training|the run|it] [finish|finished|fail|failed|crash|crashed|work|end|stopped]",
        "[status|progress|any news|any progress|how's it going|are we there yet|is it done] [of NAME|on NAME|]",
        "[is anything|is something|what is|what's|anything] [running|being trained|training|in progress] [right now|at the moment|now|]",
        "[check|check on|look how] [NAME|the run|run NAME|the training] [is doing|is going|]",
        "how many [epochs|steps] has NAME done",
    ],
    "stop_run": [
        "[pull the plug on|put an end to|bring an end to] [NAME|the run NAME|the training]",
        f"{POLITE} [stop|cancel|abort|kill|halt|interrupt|terminate|end|break off|pause] [NAME|the run|the training|the run NAME|run NAME|training NAME|training of NAME|the training of NAME|it|the job NAME|that run|my run]",
        f"{POLITE} [don't go on with|call off|shut down|give up on] [NAME|the run|the training of NAME|training]",
        "NAME [should be stopped|must stop|takes too long, stop it|can be cancelled]",
        "that is enough, [stop|cancel] [NAME|it|the training]",
    ],
}

CHINESE: dict[str, list[str]] = {
    "tune_model": [
        "[请|帮我|麻烦|能不能|现在|我想|我要|开始|||][用|拿|在|基于|以]FILE[上|来|数据|][微调|训练|训练一下|调|精调|再训练|训][一个|个|出一个|一下|][CARD|TASK模型|TASK的模型|分类器|模型|实体识别模型|情感模型|意图模型|标注模型][，用METHOD|，METHOD|，训练NUM轮|，NUM轮|，NUM个epoch|，学习率NUM|，批大小NUM|，取名NAME|，叫NAME|，命名为NAME|，名字叫NAME|，名为NAME|，用METHOD，NUM轮，取名NAME|]",
        "[请|帮我|麻烦||][微调|训练|精调|调|训]CARD[，用FILE|，数据用FILE|，数据是FILE|，在FILE上|于FILE|，训练数据FILE][，NUM轮|，用METHOD|，学习率NUM|，取名NAME|，命名为NAME|，批大小NUM|]",
        "[用|采用|使用]METHOD[的方式|方法|方式|][在FILE上|用FILE|对FILE][微调|训练|训]CARD[，NUM轮|，名字叫NAME|，训练NUM个epoch|]",
        "[用|拿|以]CARD[在|对|和|从][FILE|FILE上|FILE数据上][微调|训练|学习|训][NUM轮|NUM个epoch|，用METHOD|，NUM轮|]",
        "[在|用|拿][它|这个|这份数据|同样的数据|那个文件|这个文件][上|来|][训练|微调|训][一个模型|一下|][，用METHOD|，NUM轮|]",
        "[再来一次|再训练一次|重新来|同样的|一样的设置|跟刚才一样|照刚才的再来一遍|再跑一遍][，|][但|不过|只是|这次|改成|][用METHOD|用CARD|训练NUM轮|学习率NUM|批大小NUM|换成METHOD|NUM轮]",
        "[从|根据|拿]FILE[训练|学|做|弄|建|生成]一个[分类器|模型|实体识别模型|情感分类器|TASK模型|垃圾邮件过滤器|意图分类模型][，叫NAME|，取名NAME|]",
        "[就用|用|选]那个[，|][在|拿|用]FILE[上|][训练|微调]",
        "[对|给]CARD[做|进行|来一次][METHOD|全参数|全量|LoRA|][微调|训练][，数据FILE|，用FILE|，数据用FILE][，学习率NUM|，批大小NUM|，NUM轮|]",
        "[全量|全参数|METHOD]微调CARD，[数据|数据集|用][是|]FILE[，学习率NUM，批大小NUM|]",
        "[做|建|弄]一个[TASK|][模型|分类器]，[数据|训练数据][在|是|用]FILE",
        "[启动|开始|发起|跑]一个[微调|训练][任务|][：|，][CARD，FILE|FILE|用FILE]",
    ],
    "run_status": [
        "[它|这个|那个|NAME][训练|微调|跑]完了[吗|没有|没]",
        "[NAME|训练][训|跑|弄]好了没",
        "[NAME|它|那个训练|训练|任务NAME|模型NAME][训练|跑|][好|完|完成|结束|][了吗|了没有|没有|没|了么]",
        "[NAME|训练|那个任务|微调|它][现在|目前|][进行得|][怎么样了|到哪了|到哪一步了|进度如何|多少了|如何了|进展怎样]",
        "[查看|看看|看一下|查一下|汇报|告诉我|显示][NAME|训练|任务|运行|微调][的|][进度|状态|情况|损失][|如何]",
        "[NAME|训练|它]还[要|需要]多久[|才能完成|才好|能结束]",
        "[NAME|训练|任务][失败了吗|成功了吗|还在跑吗|停了吗|还在训练吗|结束了吗]",
        "[现在|目前|][有|有什么|有没有][任务|模型|训练][在跑|正在训练|在进行|在运行][吗|]",
        "[训练|微调]进度[|怎么样|如何]",
    ],
    "stop_run": [
        "NAME[太慢了|跑太久了|没意义了|不对劲][，|]别[再|][训练|跑|训]了",
        "[请|帮我|麻烦|快|马上||][停止|停掉|终止|取消|中断|停下|结束|中止|暂停|停|叫停][NAME|训练|NAME的训练|训练NAME|任务NAME|那个任务|这个训练|它|当前训练|微调任务]",
        "[把|将][NAME|训练|任务NAME|NAME的训练|那个训练|它][停|停掉|停了|停下来|取消|取消掉|终止|终止掉|中断]",
        "[别|不要]再[训练|训|跑]NAME了",
        "NAME[不用训练了|不用跑了|太慢了，停掉吧|可以停了]",
    ],
}
